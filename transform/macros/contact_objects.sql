{#- SQL: the kinds of CRM records that stand for a person; some CRMs keep leads and contacts apart. -#}
{% macro contact_objects() -%} ('contacts', 'leads') {%- endmacro %}
