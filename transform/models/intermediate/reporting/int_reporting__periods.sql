-- Calendar months, and the 90 whole days before the day of `as_of`: early in a month its own
-- numbers are too young to compare.
with company as (
    select {{ date_in_zone(as_of(), 'reporting_time_zone') }} as as_of_day
    from {{ ref('stg_config__company') }}
),

calendar as (
    select {{ month_of('date_day') }} as starts_on
    from {{ ref('int_core__calendar') }}
    group by {{ month_of('date_day') }}
),

months as (
    select
        calendar.starts_on,
        company.as_of_day,
        {{ date_of(add_days('calendar.starts_on', '31')) }} as a_day_of_next,
        {{ date_of(add_days('calendar.starts_on', '-1')) }} as previous_ends_on
    from calendar
    cross join company
    where calendar.starts_on <= company.as_of_day
),

periods as (
    select
        'month' as period,
        starts_on,
        {{ date_of(add_days(month_of('a_day_of_next'), '-1')) }} as ends_on,
        {{ month_of('previous_ends_on') }} as previous_starts_on,
        previous_ends_on,
        as_of_day
    from months
    union all
    select
        'last_90_days' as period,
        {{ date_of(add_days('as_of_day', '-90')) }} as starts_on,
        {{ date_of(add_days('as_of_day', '-1')) }} as ends_on,
        {{ date_of(add_days('as_of_day', '-180')) }} as previous_starts_on,
        {{ date_of(add_days('as_of_day', '-91')) }} as previous_ends_on,
        as_of_day
    from company
    union all
    select
        'previous_90_days' as period,
        {{ date_of(add_days('as_of_day', '-180')) }} as starts_on,
        {{ date_of(add_days('as_of_day', '-91')) }} as ends_on,
        {{ date_of(add_days('as_of_day', '-270')) }} as previous_starts_on,
        {{ date_of(add_days('as_of_day', '-181')) }} as previous_ends_on,
        as_of_day
    from company
    union all
    select
        'all_time' as period,
        cast('2000-01-01' as date) as starts_on,
        as_of_day as ends_on,
        cast(null as date) as previous_starts_on,
        cast(null as date) as previous_ends_on,
        as_of_day
    from company
)

select
    period,
    starts_on,
    ends_on,
    previous_starts_on,
    previous_ends_on,
    ends_on < as_of_day as is_complete
from periods
