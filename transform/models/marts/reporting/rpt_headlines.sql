with headlines as (
    select * from {{ ref('int_reporting__headlines') }}
),

valued as (
    select
        *,
        case
            when is_ratio
                then cast(
                    cast(numerator as double) / nullif(cast(denominator as double), 0)
                    as decimal(28, 6)
                )
            else cast(numerator as decimal(28, 6))
        end as value,
        -- A history that begins within the period before would make any change look like growth.
        case
            when first_on > previous_starts_on then null
            when is_ratio
                then cast(
                    cast(previous_numerator as double)
                    / nullif(cast(previous_denominator as double), 0)
                    as decimal(28, 6)
                )
            else cast(previous_numerator as decimal(28, 6))
        end as previous_value
    from headlines
)

select
    metric,
    segment,
    period,
    starts_on,
    ends_on,
    title,
    unit,
    better_when,
    case when unit = 'money' then reporting_currency end as currency_code,
    value,
    case when period <> 'all_time' then previous_value end as previous_value,
    case
        when period <> 'all_time'
            then
                cast(value - previous_value as double)
                / nullif(cast(abs(previous_value) as double), 0)
    end as change_share,
    is_complete,
    is_provisional,
    definition
from valued
