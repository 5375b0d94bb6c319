-- All time is the sum of the days, per model and stage: spend to the last digit, value to the cent.
with days as (
    select
        attribution_model,
        stage,
        coalesce(sum(spend_amount_reporting), 0) as spend,
        coalesce(sum(value_amount_reporting), 0) as credited_value
    from {{ ref('rpt_channel_roi') }}
    where
        date_day <= (
            select {{ date_in_zone(as_of(), 'reporting_time_zone') }} as today
            from {{ ref('stg_config__company') }}
        )
    group by attribution_model, stage
),

periods as (
    select
        attribution_model,
        stage,
        sum(case when period = 'all_time' then spend_amount_reporting else 0 end) as spend,
        sum(case when period = 'all_time' then value_amount_reporting else 0 end)
            as credited_value,
        sum(case when period = 'month' then spend_amount_reporting else 0 end) as monthly_spend,
        sum(case when period = 'month' then value_amount_reporting else 0 end) as monthly_value
    from {{ ref('rpt_channel_periods') }}
    group by attribution_model, stage
)

select
    days.*,
    periods.spend as period_spend,
    periods.credited_value as period_value
from days
full outer join periods
    on days.attribution_model = periods.attribution_model and days.stage = periods.stage
where
    days.spend is distinct from periods.spend
    or days.credited_value is distinct from periods.credited_value
    or periods.monthly_spend is distinct from periods.spend
    or periods.monthly_value is distinct from periods.credited_value
