with coverage as (
    select * from {{ ref('int_attribution__coverage') }}
),

mapped_spend as (
    select * from {{ ref('int_ads__mapped_spend') }}
),

windows as (
    select * from {{ ref('stg_config__attribution_windows') }}
),

periods as (
    select * from {{ ref('int_reporting__periods') }}
),

spend as (
    select
        periods.period,
        periods.starts_on,
        sum(mapped_spend.spend_amount_reporting) as spend_amount_reporting,
        sum(mapped_spend.mapped_spend_reporting) as mapped_spend_reporting,
        max(case when mapped_spend.is_spend_rate_missing then 1 else 0 end) as rates_missing
    from mapped_spend
    inner join periods
        on
            mapped_spend.date_day >= periods.starts_on
            and mapped_spend.date_day <= periods.ends_on
    group by periods.period, periods.starts_on
),

converted as (
    select
        periods.period,
        periods.starts_on,
        coverage.stage,
        sum(coverage.conversions) as conversions,
        sum(coverage.covered_conversions) as covered_conversions,
        sum(coverage.value_amount_reporting) as value_amount_reporting,
        sum(coverage.covered_value_reporting) as covered_value_reporting,
        max(case when coverage.is_value_rate_missing then 1 else 0 end) as rates_missing
    from coverage
    inner join periods
        on
            coverage.date_day >= periods.starts_on
            and coverage.date_day <= periods.ends_on
    group by periods.period, periods.starts_on, coverage.stage
)

select
    periods.period,
    periods.starts_on,
    periods.ends_on,
    windows.stage,
    coalesce(converted.conversions, 0) as conversions,
    coalesce(converted.covered_conversions, 0) as covered_conversions,
    coalesce(converted.value_amount_reporting, 0) as value_amount_reporting,
    coalesce(converted.covered_value_reporting, 0) as covered_value_reporting,
    coalesce(spend.spend_amount_reporting, 0) as spend_amount_reporting,
    coalesce(spend.mapped_spend_reporting, 0) as mapped_spend_reporting,
    periods.is_complete,
    coalesce(converted.rates_missing, 0) = 1 as is_value_rate_missing,
    coalesce(spend.rates_missing, 0) = 1 as is_spend_rate_missing
from periods
cross join windows
left join converted
    on
        periods.period = converted.period
        and periods.starts_on = converted.starts_on
        and windows.stage = converted.stage
left join spend
    on periods.period = spend.period and periods.starts_on = spend.starts_on
where converted.stage is not null or spend.period is not null
