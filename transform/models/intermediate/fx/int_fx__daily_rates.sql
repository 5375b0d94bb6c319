with rates as (
    select * from {{ ref('int_fx__rates') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

spans as (
    select
        rates.from_currency,
        rates.rate,
        rates.rate_on as first_day,
        lead(rates.rate_on) over (partition by rates.from_currency order by rates.rate_on)
            as next_day
    from rates
    inner join company on rates.to_currency = company.reporting_currency
),

days as (
    -- A reporting zone ahead of UTC is already in the next day.
    {{ day_spine("cast('2015-01-01' as date)", add_days(date_of(as_of()), 1)) }}
)

select
    days.date_day as rate_on,
    spans.from_currency,
    spans.rate,
    spans.first_day as quoted_on
from days
inner join spans
    on
        days.date_day >= spans.first_day
        and (days.date_day < spans.next_day or spans.next_day is null)
