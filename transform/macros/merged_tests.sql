{#- Runs the declared tests of the commonest kinds together, one scan a model.

1,500 tests one by one would take most of dbt's time, 40 ms each, whatever the size of the table. A
gate leaves these kinds out of its selection and runs them here, after its models. `dbt build` and
`dbt test` by hand run them one by one, as they are written.

In a run a broken test stops nothing: each is kept with the tables that it tests, by the names that
dbt's sources and the schemas have for them, and the platform holds back the marts that read those.
-#}
{#- SQL: keeps the broken tests of this build, those of the one before are forgotten. -#}
{% macro keep_broken_tests(results) -%}
    {%- if execute and told('merge_tests') -%}
        {%- set found = merged_tests(results) + single_tests(results) -%}
        delete from changes.broken_tests;
        {#- One by one: as one union of 400 queries they took DuckDB 12 s to plan, apart 1.6 s in all. -#}
        {% for query in found -%}
            insert into changes.broken_tests {{ query }};
        {% endfor %}
    {%- endif -%}
{%- endmacro %}

{#- Queries of the tests of the merged kinds that are broken, one a built model. -#}
{% macro merged_tests(results) -%}
    {% set queries, judged, unread = [], {}, unread_tables() %}
    {% for result in results if result.node.resource_type in ('model', 'seed') and result.status == 'success' %}
        {% do judged.update({result.node.unique_id: result.node}) %}
        {#- A source's tests run with the models that read it, or another table of it. -#}
        {% for key in result.node.depends_on.nodes if key in graph.sources %}
            {% do judged.update({key: graph.sources[key]}) %}
            {% do judged.update(unread.get(graph.sources[key].source_name, {})) %}
        {% endfor %}
    {% endfor %}
    {% set declared = merged_tests_by_node() %}
    {% for node in judged.values() %}
        {% set broken = broken_tests(node, declared.get(node.unique_id, [])) %}
        {% if broken %}
            {% do queries.append(
                "select unnest(names), '" ~ schema_and_name(node) | join("', '") ~ "' from (select"
                ~ " list_filter([" ~ broken | join(', ') ~ "], name -> name is not null) as names,"
                ~ " count(*) as table_rows from " ~ node.relation_name ~ ") as judged"
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(queries) }}
{%- endmacro %}

{#- The tables that no model reads, by unique id, per source. -#}
{% macro unread_tables() -%}
    {% set read, found = {}, {} %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' %}
        {% for key in node.depends_on.nodes %}{% do read.update({key: true}) %}{% endfor %}
    {% endfor %}
    {% for key, table in graph.sources.items() if key not in read %}
        {% do found.setdefault(table.source_name, {}).update({key: table}) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{#- Queries of the other tests that are broken, one a table that the test reads. -#}
{% macro single_tests(results) -%}
    {% set queries = [] %}
    {% for result in results if result.node.resource_type == 'test' and result.status in ('warn', 'fail') %}
        {% set test = result.node %}
        {% for key in ([test.attached_node] if test.attached_node else test.depends_on.nodes) %}
            {% set node = graph.nodes.get(key) or graph.sources.get(key) %}
            {% do queries.append("select '" ~ test.name ~ "', '" ~ schema_and_name(node) | join("', '") ~ "'") %}
        {% endfor %}
    {% endfor %}
    {{ return(queries) }}
{%- endmacro %}

{% macro schema_and_name(node) -%}
    {{ return([node.source_name if node.resource_type == 'source' else node.config.schema or node.schema, node.name]) }}
{%- endmacro %}

{#- The declared tests of the merged kinds, per node: one walk of the graph, as it has thousands. -#}
{% macro merged_tests_by_node() -%}
    {% set kinds, found = told('merge_tests').split(), {} %}
    {% for test in graph.nodes.values() if test.resource_type == 'test' and test.test_metadata and test.test_metadata.name in kinds %}
        {% do found.setdefault(test.attached_node or test.depends_on.nodes[0], []).append(test) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{#- Per declared test, SQL that names it where it is broken and is null where it holds. -#}
{% macro broken_tests(node, tests) -%}
    {% set parts = [] %}
    {% for test in tests %}
        {% if test.config.where %}
            {% do exceptions.raise_compiler_error(test.name ~ " has a condition, which merged_tests.sql does not know") %}
        {% endif %}
        {% set kind, wanted = test.test_metadata.name, test.test_metadata.kwargs %}
        {% if kind == 'not_null' %}
            {% set condition = "count(*) > count(" ~ wanted.column_name ~ ")" %}
        {% elif kind == 'unique' %}
            {% set condition = "count(" ~ wanted.column_name ~ ") > count(distinct " ~ wanted.column_name ~ ")" %}
        {% else %}
            {% set open = " where _dlt_valid_to is null" if kind == 'at_most_one_open_version' else "" %}
            {% set condition = "(select count(*) from (select 1 from " ~ node.relation_name ~ open ~ " group by " ~ wanted.columns | join(', ') ~ " having count(*) > 1) as twice) > 0" %}
        {% endif %}
        {% do parts.append("case when " ~ condition ~ " then '" ~ test.name ~ "' end") %}
    {% endfor %}
    {{ return(parts) }}
{%- endmacro %}
