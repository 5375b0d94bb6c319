{#- The staging models of one kind over all systems of a variable. -#}
{% macro staging_models(kind, things) -%}
    {% set names = [] %}
    {% for system in var(kind) %}
        {% do names.append('stg_' ~ system ~ '__' ~ things) %}
    {% endfor %}
    {{ return(names) }}
{%- endmacro %}
