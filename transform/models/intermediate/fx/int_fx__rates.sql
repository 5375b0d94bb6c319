with configured as (
    select * from {{ ref('stg_config__fx_rates') }}
),

dropped as (
    select * from {{ ref('stg_file_drops__fx_rates') }}
    where rate > 0
),

ranked as (
    select
        rate_on,
        from_currency,
        to_currency,
        rate,
        row_number() over (
            partition by rate_on, from_currency, to_currency
            order by observed_at desc, source asc
        ) as position
    from dropped
),

-- Two books of one pair would take turns by the day: from its first day on, a file's counts alone.
starts as (
    select
        from_currency,
        to_currency,
        min(rate_on) as first_dropped_on
    from dropped
    group by from_currency, to_currency
)

select
    configured.rate_on,
    configured.from_currency,
    configured.to_currency,
    configured.rate
from configured
left join starts
    on
        configured.from_currency = starts.from_currency
        and configured.to_currency = starts.to_currency
where starts.first_dropped_on is null or configured.rate_on < starts.first_dropped_on
union all
select
    rate_on,
    from_currency,
    to_currency,
    rate
from ranked
where position = 1
