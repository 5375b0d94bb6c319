{#- Runs the declared tests of the commonest kinds together, one scan a model.

690 tests one by one took two thirds of dbt's time, 40 ms each, whatever the size of the table. A
gate leaves these kinds out of its selection and runs them here, after its models. `dbt build` and
`dbt test` by hand run them one by one, as they are written.
-#}
{% macro merged_kinds() -%} {{ return(['not_null', 'unique', 'unique_together']) }} {%- endmacro %}

{% macro run_merged_tests(results) -%}
    {%- if execute and told('merge_tests') | string | lower == 'true' -%}
        {% set queries, judged = [], {} %}
        {% for result in results if result.node.resource_type in ('model', 'seed') and result.status == 'success' %}
            {% do judged.update({result.node.unique_id: result.node}) %}
            {#- A source's tests run with the models that read it. -#}
            {% for key in result.node.depends_on.nodes if key in graph.sources %}
                {% do judged.update({key: graph.sources[key]}) %}
            {% endfor %}
        {% endfor %}
        {% set declared = merged_tests_by_node() %}
        {% for node in judged.values() %}
            {% set broken = broken_tests(node, declared.get(node.unique_id, [])) %}
            {% if broken %}
                {% do queries.append(
                    "select '" ~ node.name ~ "' as table_name, concat_ws(', ', "
                    ~ broken | join(', ') ~ ") as broken, count(*) as table_rows from " ~ node.relation_name
                ) %}
            {% endif %}
        {% endfor %}
        {% if queries %}
            {% set found = run_query("select * from (" ~ queries | join(' union all ') ~ ") as judged where broken <> ''") %}
            {% if found.rows | length > 0 %}
                {% set lines = [] %}
                {% for row in found.rows %}{% do lines.append(row[0] ~ ': ' ~ row[1]) %}{% endfor %}
                {% do exceptions.raise_compiler_error("tests failed: " ~ lines | join('; ')) %}
            {% endif %}
        {% endif %}
    {%- endif -%}
{%- endmacro %}

{#- The declared tests of the merged kinds, per node: one walk of the graph, as it has thousands. -#}
{% macro merged_tests_by_node() -%}
    {% set kinds, found = merged_kinds(), {} %}
    {% for test in graph.nodes.values() if test.resource_type == 'test' and test.test_metadata and test.test_metadata.name in kinds %}
        {% do found.setdefault(test.attached_node or test.depends_on.nodes[0], []).append(test) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{#- Per declared test, SQL that names it where it is broken and is null where it holds. -#}
{% macro broken_tests(node, tests) -%}
    {% set parts = [] %}
    {% for test in tests %}
        {% if test.config.where or test.config.severity | lower != 'error' %}
            {% do exceptions.raise_compiler_error(test.name ~ " has a condition or is a warning: merged_tests.sql knows neither") %}
        {% endif %}
        {% set kind, wanted = test.test_metadata.name, test.test_metadata.kwargs %}
        {% if kind == 'not_null' %}
            {% set condition = "count(*) > count(" ~ wanted.column_name ~ ")" %}
            {% set text = wanted.column_name ~ " is null" %}
        {% elif kind == 'unique' %}
            {% set condition = "count(" ~ wanted.column_name ~ ") > count(distinct " ~ wanted.column_name ~ ")" %}
            {% set text = wanted.column_name ~ " is not unique" %}
        {% else %}
            {% set condition = "(select count(*) from (select 1 from " ~ node.relation_name ~ " group by " ~ wanted.columns | join(', ') ~ " having count(*) > 1) as twice) > 0" %}
            {% set text = wanted.columns | join(' + ') ~ " is not unique" %}
        {% endif %}
        {% do parts.append("case when " ~ condition ~ " then '" ~ text ~ "' end") %}
    {% endfor %}
    {{ return(parts) }}
{%- endmacro %}
