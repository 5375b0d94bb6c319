{#- Money that a vendor states in minor units (cents) in whole ones, exactly: a product of decimals,
    as a quotient is a float in some engines. A currency that is not listed has two decimals. -#}
{% macro from_minor_units(amount, minor_units) -%}
    cast(
        cast({{ amount }} as decimal(18, 0))
        * case {{ minor_units }} when 0 then 1.000 when 3 then 0.001 else 0.010 end
        as decimal(18, 3)
    )
{%- endmacro %}
