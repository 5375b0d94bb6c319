{#- No two rows share the values of `columns`; nulls count as equal. -#}
{% test unique_together(model, columns) %}

select
    {% for column in columns %}{{ column }}, {% endfor %}count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
