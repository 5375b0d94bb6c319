{#- SQL: the score of a field, the share of its judged rows that keep the rule; null without any. -#}
{% macro field_score(passed, records) -%}
    cast({{ passed }} as double) / nullif({{ records }}, 0)
{%- endmacro %}
