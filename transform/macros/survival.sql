{#- SQL: the Kaplan-Meier share that has not arrived by each moment, which is the product of
    (1 - arrivals / open) over the moments so far. The last open one's arrival makes it 0, which a
    logarithm cannot hold. -#}
{% macro surviving_share(keys, moment) -%}
    case
        when arrivals = open_before then 0.0
        else exp(
            sum(
                case
                    when arrivals < open_before
                        then ln(1.0 - cast(arrivals as double) / open_before)
                    else 0.0
                end
            ) over (
                partition by {{ keys | join(', ') }}
                order by {{ moment }}
                rows between unbounded preceding and current row
            )
        )
    end
{%- endmacro %}

{#- SQL: the first moment by which a share has arrived; null where none has. A billionth of slack:
    three quarters of two thirds is one half, whatever binary says. -#}
{% macro moment_of_share(moment, share) -%}
    min(case when surviving_share <= {{ 1 - share }} + 1e-9 then {{ moment }} end)
{%- endmacro %}
