{#- Models that gather touches in lists are built in parts: what DuckDB gathers in lists stays in memory,
    and lists of ten million touches do not fit into the 1,200 MB that a run allows it. Every part reads
    what it needs anew, so there are as few as fit, and no more than there are units to part by. -#}
{% macro rows_of_a_part() -%} {{ return(1000000) }} {%- endmacro %}

{#- SQL: whether a row belongs to the part that is built; all do where there are few. `rows` is a query
    of what is gathered, a row of `unit` each. A unit, an expression here, is never cut in two. -#}
{% macro in_part(unit, rows) -%}
    {#- A unit test has no table of its own, and what is compiled alone has none to count. -#}
    {%- if not execute or not this or target.type != 'duckdb' or flags.WHICH not in ('build', 'run') -%} true
    {%- else -%}
        {%- set found = run_query("select count(*), approx_count_distinct(unit) from (" ~ rows ~ ") as found").rows[0] -%}
        {%- set parts = [found[0] // (rows_of_a_part() | int) + 1, [found[1], 1] | max] | min -%}
        {%- if parts == 1 -%} true
        {%- else -%} hash({{ unit }}) % {{ parts }} = /* a part of {{ parts }} */ 0
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- dbt calls this by its name to make a table: the first part as always, the others into it. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {{ dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
    {%- set told = compiled_code.split('/* a part of ') -%}
    {%- if told | length > 1 -%}
        {%- set parts = told[1].split(' ')[0] -%}
        {%- set first = '/* a part of ' ~ parts ~ ' */ 0' -%}
        {%- for part in range(1, parts | int) %}
    insert into {{ relation.include(database=(not temporary), schema=(not temporary)) }}
        {{ compiled_code | replace(first, part) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
