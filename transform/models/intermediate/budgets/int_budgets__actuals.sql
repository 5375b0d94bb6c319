with lines as (
    select * from {{ ref('int_budgets__locked_lines') }}
),

spend as (
    select * from {{ ref('int_budgets__spend') }}
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

settings as (
    select * from {{ ref('stg_config__budget_settings') }}
),

converted as (
    select
        spend.budget_line_id,
        lines.series_id,
        lines.today_on,
        spend.reported_on,
        spend.spend_amount_reporting,
        cast(
            spend.spend_amount
            * case
                when spend.currency_code = lines.reporting_currency then 1
                else rates.rate
            end as decimal(18, 6)
        ) as locked_amount
    from spend
    inner join lines on spend.budget_line_id = lines.budget_line_id
    left join rates
        on spend.currency_code = rates.from_currency and lines.locked_on = rates.rate_on
),

actuals as (
    select
        budget_line_id,
        sum(locked_amount) as actual_amount,
        sum(spend_amount_reporting) as actual_amount_daily,
        max(case when locked_amount is null then 1 else 0 end) = 1 as is_rate_missing,
        max(reported_on) as last_spend_on
    from converted
    group by budget_line_id
),

recent as (
    -- What was spent of late on the same channel and campaign, whichever period it fell into.
    select
        converted.series_id,
        sum(converted.locked_amount) as recent_amount
    from converted
    cross join settings
    where
        converted.reported_on < converted.today_on
        and converted.reported_on
        >= {{ add_days('converted.today_on', '-settings.run_rate_days') }}
    group by converted.series_id
)

select
    lines.budget_line_id,
    -- A sum without one of its parts would pass for the whole.
    case
        when not coalesce(actuals.is_rate_missing, false)
            then cast(coalesce(actuals.actual_amount, 0) as decimal(18, 2))
    end as actual_amount_reporting,
    case
        when not coalesce(actuals.is_rate_missing, false)
            then cast(coalesce(actuals.actual_amount_daily, 0) as decimal(18, 2))
    end as actual_at_daily_rates_amount_reporting,
    cast(coalesce(recent.recent_amount, 0) / settings.run_rate_days as double) as daily_run_rate,
    actuals.last_spend_on
from lines
cross join settings
left join actuals on lines.budget_line_id = actuals.budget_line_id
left join recent on lines.series_id = recent.series_id
