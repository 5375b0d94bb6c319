{#- A record's id as it may be published: where a file takes an address for an id, its digest. -#}
{% macro published_id(column) -%}
    case when {{ column }} like '%@%' then md5({{ column }}) else {{ column }} end
{%- endmacro %}
