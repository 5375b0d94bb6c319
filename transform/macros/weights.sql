{#- SQL: the sum of weights over a journey in one model. As decimals: doubles summed in another order
    differ in their last digit, and a rerun would not be identical. -#}
{% macro journey_total(weight) -%}
    cast(
        sum(cast({{ weight }} as decimal(28, 18))) over (
            partition by conversion_id, attribution_model
        ) as double
    )
{%- endmacro %}
