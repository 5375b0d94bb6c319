{#- The SQL expression holds on every row; null counts as broken. -#}
{% test is_true(model, expression) %}

select *
from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
