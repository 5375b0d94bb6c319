{#- What a row of conversions is beside all of its slice: of the columns `conversions` and
    `value_amount_reporting`, as doubles, null of a slice of nothing. -#}

{#- SQL: the sums of the slice, and of its rows that have a touch. -#}
{% macro totals_of_slice(slice, has_no_touch) -%}
    sum(conversions) over (partition by {{ slice | join(', ') }}) as all_conversions,
    sum(value_amount_reporting) over (partition by {{ slice | join(', ') }}) as all_value,
    sum(case when {{ has_no_touch }} then 0 else conversions end) over (
        partition by {{ slice | join(', ') }}
    ) as covered_conversions,
    sum(case when {{ has_no_touch }} then 0 else value_amount_reporting end) over (
        partition by {{ slice | join(', ') }}
    ) as covered_value
{%- endmacro %}

{#- SQL: a part of a whole, such as those of the sums above. -#}
{% macro share_of(part, whole) -%}
    cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0)
{%- endmacro %}
