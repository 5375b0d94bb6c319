{#- Rows whose `columns` are all given have a row in `to` with these values in `to_columns`. -#}
{% test relationships_composite(model, columns, to, to_columns) %}

select child_rows.*
from {{ model }} as child_rows
left join {{ to }} as parent_rows
    on {% for column in columns %}child_rows.{{ column }} = parent_rows.{{ to_columns[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor %}

where
    parent_rows.{{ to_columns[0] }} is null
    {% for column in columns %}and child_rows.{{ column }} is not null {% endfor %}

{% endtest %}
