{#- Schemas are named as configured: no target prefix, since every home has a file of its own. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
