{#- The id of a recipient's record: a member of a list, or an address of a file without lists. -#}
{% macro recipient_record_id(list_id, recipient_key) -%}
    case when {{ list_id }} is null then {{ recipient_key }} else concat({{ list_id }}, ':', {{ recipient_key }}) end
{%- endmacro %}
