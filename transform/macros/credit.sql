{#- What is shared out in whole units over the touches of a journey: parts in a million, cents. -#}

{#- SQL: units to one of a currency. Amounts are stored with two decimals: a currency of none is split
    in whole units, unless the amount itself has a fraction, and a currency of three in hundredths. -#}
{% macro units_to_one(amount, minor_units) -%}
    case
        when coalesce({{ minor_units }}, 2) = 0 and {{ amount }} = round({{ amount }}, 0) then 1
        else 100
    end
{%- endmacro %}

{#- SQL: the size of an amount in whole units, without its sign; nought where it is not known. -#}
{% macro in_units(amount, scale) -%}
    cast(abs(coalesce({{ amount }}, 0)) * {{ scale }} as bigint)
{%- endmacro %}

{#- SQL: the exact part of `units` that a weight comes to. Six decimals of a unit: what binary
    fractions add beyond them must not break a tie. -#}
{% macro exact_part(units) -%} round(weight * {{ units }}, 6) {%- endmacro %}

{#- SQL: an exact part in whole units, so that the parts sum to `units`. Largest remainder; ties to the
    earlier touch, then the smaller id. -#}
{% macro whole_part(exact, units, journey) -%}
    floor({{ exact }}) + case
        when
            row_number() over (
                partition by {{ journey | join(', ') }}, attribution_model
                order by {{ exact }} - floor({{ exact }}) desc, touched_at asc, touchpoint_id asc
            )
            <= {{ units }} - sum(floor({{ exact }})) over (
                partition by {{ journey | join(', ') }}, attribution_model
            )
            then 1
        else 0
    end
{%- endmacro %}

{#- SQL: money of whole units, with the sign of the amount that they are part of. -#}
{% macro from_units(units, scale, amount) -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * cast({{ units }} as decimal(20, 0)) / {{ scale }} as decimal(18, 2)
    )
{%- endmacro %}
