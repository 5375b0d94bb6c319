{#- Incremental models whose result equals a full refresh, row for row.

A model recomputes a scope (say, the visitors that have new events) or everything; what differs from
its table is written, nothing else. Every changed row is announced under the model's feeds, so the
models that read it know what they must recompute. Builds, feeds and loads seen are kept in schema
`changes`; a model's build number is higher than those of all builds it has read.

config meta of such a model:
  reads    incremental models that its scope follows; a whole build of one makes this build whole
  scope    columns (SQL) whose joined text is the unit of recomputation; absent: always everything
  feeds    {name: columns} announced for each changed row, as it was and as it is
  touched  the staging model that says which units each raw load has touched
-#}

{% macro unit_key(columns) -%}
    {#- One column alone in half the time. -#}
    {%- if columns | length > 1 %}concat_ws('|', {% endif -%}
    {% for column in columns %}coalesce(cast({{ column }} as varchar), '~'){{ ', ' if not loop.last }}{% endfor %}
    {%- if columns | length > 1 %}){% endif -%}
{%- endmacro %}

{#- The one place that chooses how changed rows reach a table. -#}
{% macro incremental_strategy() -%} {{ return('changed_rows' if target.type == 'duckdb' else 'merge') }} {%- endmacro %}

{% macro create_changes() -%}
    create schema if not exists changes;
    create sequence if not exists changes.build_numbers;
    create table if not exists changes.builds (
        build_no bigint, model varchar, run_id varchar, as_of timestamp, is_whole boolean,
        computed_rows bigint, deleted_rows bigint, inserted_rows bigint
    );
    create table if not exists changes.units (build_no bigint, model varchar, feed varchar, unit varchar);
    create table if not exists changes.loads (model varchar, load_id varchar);
    create table if not exists changes.broken_tests (
        test_name varchar, table_schema varchar, table_name varchar
    );
    {% if execute -%}
    {#- What every model has read is forgotten. -#}
    delete from changes.units where build_no < (
        select min(last_no) from (
            select max(build_no) as last_no from changes.builds
            where model in ('{{ incremental_models() | join("', '") }}') group by model
        )
    );
    {%- endif %}
{%- endmacro %}

{% macro incremental_models() -%}
    {% set names = [] %}
    {% for node in graph.nodes.values() if node.config.materialized == 'incremental' %}
        {% do names.append(node.name) %}
    {% endfor %}
    {{ return(names) }}
{%- endmacro %}

{#- The build that this one continues: {no, as_of}; none where everything must be computed, as after
    a build at a later instant: a clock that was set wrong leaves nothing behind. -#}
{% macro last_build() -%}
    {#- A unit test has no table of its own. -#}
    {% if not execute or not this or not is_incremental() %}{{ return(none) }}{% endif %}
    {% set meta = model['config'].get('meta') or {} %}
    {% if 'scope' not in meta %}{{ return(none) }}{% endif %}
    {% set reads = meta.get('reads', []) %}
    {% set found = run_query(
        "with last_one as ("
        ~ "select build_no, as_of from changes.builds where model = '" ~ model['name'] ~ "'"
        ~ " order by build_no desc limit 1) select build_no, cast(as_of as varchar) from last_one"
        ~ " where as_of <= " ~ as_of() ~ " and not exists (select 1 from changes.builds where is_whole"
        ~ " and build_no > last_one.build_no and model in ('" ~ reads | join("', '") ~ "'))"
        ~ " and (select count(distinct model) from changes.builds where model in ('"
        ~ reads | join("', '") ~ "')) = " ~ reads | length
    ) %}
    {% if found.rows | length == 0 %}{{ return(none) }}{% endif %}
    {{ return({'no': found.rows[0][0], 'as_of': found.rows[0][1]}) }}
{%- endmacro %}

{#- SQL: the units that a model has announced since the build `since`. -#}
{% macro announced(since, name, feed) -%}
    (select distinct unit from changes.units
    where model = '{{ name }}' and feed = '{{ feed }}' and build_no > {{ since.no if since else -1 }})
{%- endmacro %}

{#- SQL: whether a load has come since this model's last build. -#}
{% macro is_new_load(load_id) -%}
    {{ load_id }} not in (select load_id from changes.loads where model = '{{ model["name"] }}')
{%- endmacro %}

{#- SQL: the instant of the build `since`. -#}
{% macro built_as_of(since) -%} cast('{{ since.as_of if since else "1970-01-01" }}' as timestamp) {%- endmacro %}

{#- Keeps the units to recompute, a query of one column `unit`, for this model's build. -#}
{% macro recompute(since, units) -%}
    {% if since %}
        {% do run_query("create or replace temporary table " ~ model['name'] ~ "__scope as select distinct unit from (" ~ units ~ ") as found where unit is not null") %}
    {% endif %}
{%- endmacro %}

{#- SQL: whether a row lies in the scope of this build. -#}
{% macro in_scope(since, columns) -%}
    {% if since -%} {{ unit_key(columns) }} in (select unit from {{ model['name'] }}__scope)
    {%- else -%} true {%- endif %}
{%- endmacro %}

{#- SQL: whether a row of a large table, one of this scope, is in it. Found by its place: to read all
    columns of two hundred million rows took 4.5 s, those of the scope and then what lies together .9. -#}
{% macro placed_in_scope(since, relation, columns) -%}
    {% if since and target.type == 'duckdb' -%}
    rowid in (select rowid from {{ relation }} where {{ in_scope(since, columns) }})
    {%- else -%} {{ in_scope(since, columns) }}
    {%- endif -%}
{%- endmacro %}

{#- SQL: whether the rows `one` and `other` are alike in these columns. -#}
{% macro alike(names) -%}
    {% for name in names %}one."{{ name }}" is not distinct from other."{{ name }}"{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#- dbt calls this by its name: the strategy `changed_rows`. A key that stands twice, or is computed
    twice, is deleted and inserted whole: its rows cannot be told apart. -#}
{% macro get_incremental_changed_rows_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set computed = arguments['temp_relation'] -%}
    {%- set names = arguments['dest_columns'] | map(attribute='name') | list -%}
    {%- set columns = get_quoted_csv(names) -%}
    {%- set keys = arguments['unique_key'] | join(', ') -%}
    {%- set name = model['name'] -%}
    {%- set since = last_build() -%}
    {%- set old = name ~ '__old' if since else '(select rowid as place, ' ~ columns ~ ' from ' ~ target ~ ')' -%}
    {%- if since -%}
    create or replace temporary table {{ old }} as
        select rowid as place, {{ columns }} from {{ target }}
        where {{ placed_in_scope(since, target, model['config']['meta']['scope']) }};
    {%- endif %}
    create or replace temporary table {{ name }}__doubled as
        select {{ keys }} from {{ old }} as old group by {{ keys }} having count(*) > 1
        union
        select {{ keys }} from {{ computed }} group by {{ keys }} having count(*) > 1;
    create or replace temporary table {{ name }}__new as
        with old as (
            select * from {{ old }} as one
            where not exists (select 1 from {{ name }}__doubled as other where {{ alike(arguments['unique_key']) }})
        )
        select {{ columns }} from {{ computed }} as one
        where not exists (select 1 from old as other where {{ alike(names) }});
    create or replace temporary table {{ name }}__gone as
        with computed as (
            select * from {{ computed }} as one
            where not exists (select 1 from {{ name }}__doubled as other where {{ alike(arguments['unique_key']) }})
        )
        select place, {{ columns }} from {{ old }} as one
        where not exists (select 1 from computed as other where {{ alike(names) }});
    create or replace temporary table {{ name }}__counts as
        select count(*) as computed_rows from {{ computed }};
    -- A place holds within this transaction.
    delete from {{ target }} where rowid in (select place from {{ name }}__gone);
    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ name }}__new;
{%- endmacro %}

{#- A post-hook: announces what this build changed, in its transaction where it is the same file. -#}
{% macro record_build() -%}
    {%- if execute and model['config']['materialized'] == 'incremental' -%}
        {%- set name, meta = model['name'], model['config'].get('meta') or {} -%}
        {%- set number = run_query("select nextval('changes.build_numbers')").rows[0][0] -%}
        {%- set is_whole = run_query("select count(*) from duckdb_tables() where temporary and table_name = '" ~ name ~ "__counts'").rows[0][0] == 0 -%}
        insert into changes.builds
        select
            {{ number }}, '{{ name }}', '{{ told("run_id") }}', {{ as_of() }}, {{ is_whole }},
            {% if is_whole -%}
                count(*), 0, count(*) from {{ this }};
            {%- else -%}
                (select computed_rows from {{ name }}__counts),
                (select count(*) from {{ name }}__gone),
                (select count(*) from {{ name }}__new);
                {% for feed, columns in meta.get('feeds', {}).items() %}
                insert into changes.units
                select {{ number }}, '{{ name }}', '{{ feed }}', {{ unit_key(columns) }} from {{ name }}__gone
                union
                select {{ number }}, '{{ name }}', '{{ feed }}', {{ unit_key(columns) }} from {{ name }}__new;
                {% endfor %}
                drop table {{ name }}__gone;
                drop table {{ name }}__new;
                drop table {{ name }}__counts;
                drop table {{ name }}__doubled;
                drop table if exists {{ name }}__old;
            {%- endif %}
        {% if meta.get('touched') -%}
            insert into changes.loads
            {% for source_model in meta['touched'] -%}
            select distinct '{{ name }}', load_id from staging.{{ source_model }}
            where {{ is_new_load('load_id') }}
            {{ 'union' if not loop.last }} {% endfor %};
        {%- endif %}
    {%- endif -%}
{%- endmacro %}
