{#- SQL: the systems whose leads are routed. -#}
{% macro routed_systems() -%} ('{{ var('routed_systems') | join("', '") }}') {%- endmacro %}
