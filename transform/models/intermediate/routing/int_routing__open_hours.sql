with calendars as (
    select * from {{ ref('stg_config__routing_calendars') }}
),

business_days as (
    select date_day from {{ ref('int_core__calendar') }}
    where is_business_day
),

spans as (
    select
        calendars.calendar,
        business_days.date_day,
        {{ instant_in_zone(
            "cast(concat(cast(business_days.date_day as varchar), ' ', calendars.opens_at_clock)"
            ~ " as timestamp)",
            'calendars.time_zone'
        ) }} as opens_at,
        {{ instant_in_zone(
            "cast(concat(cast(business_days.date_day as varchar), ' ', calendars.closes_at_clock)"
            ~ " as timestamp)",
            'calendars.time_zone'
        ) }} as closes_at
    from calendars
    cross join business_days
)

select
    calendar,
    date_day,
    opens_at,
    closes_at,
    lead(opens_at) over (partition by calendar order by date_day) as next_opens_at,
    coalesce(sum({{ epoch_seconds('closes_at') }} - {{ epoch_seconds('opens_at') }}) over (
        partition by calendar order by date_day
        rows between unbounded preceding and 1 preceding
    ), 0) as open_seconds_before
from spans
