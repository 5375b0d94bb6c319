{#- The key of an address in a dropped file; keys are published, so the address stays behind its digest. -#}
{% macro address_key(address) -%} md5(lower(nullif(trim({{ address }}), ''))) {%- endmacro %}

{#- The id of a recipient's record: a member of a list, or an address of a file without lists. -#}
{% macro recipient_record_id(list_id, recipient_key) -%}
    case when {{ list_id }} is null then {{ recipient_key }} else concat({{ list_id }}, ':', {{ recipient_key }}) end
{%- endmacro %}
