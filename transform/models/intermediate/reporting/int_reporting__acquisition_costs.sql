-- What was spent while the customers of a month were won: that month's days, each the median sales
-- cycle earlier.
with months as (
    select * from {{ ref('int_reporting__periods') }}
    where period = 'month'
),

sales_cycle as (
    select * from {{ ref('int_funnel__sales_cycle') }}
),

calendar as (
    select * from {{ ref('int_core__calendar') }}
),

finance_months as (
    select
        *,
        {{ days_between('month', month_of(add_days('month', 31))) }} as days_in_month
    from {{ ref('stg_config__finance_months') }}
),

spend_days as (
    select * from {{ ref('int_ads__spend_days') }}
),

history as (
    select min(date_day) as first_on from spend_days
),

windows as (
    select
        months.starts_on as month,
        sales_cycle.median_cycle_days,
        {{ date_of(add_days('months.starts_on', '-round(sales_cycle.median_cycle_days)')) }}
            as cost_from,
        {{ date_of(add_days('months.ends_on', '-round(sales_cycle.median_cycle_days)')) }}
            as cost_to
    from months
    cross join sales_cycle
),

spend as (
    select
        windows.month,
        sum(spend_days.spend_amount_reporting) as ad_spend,
        max(case when spend_days.is_spend_rate_missing then 1 else 0 end) as rates_missing
    from windows
    inner join spend_days
        on
            windows.cost_from <= spend_days.date_day
            and windows.cost_to >= spend_days.date_day
    group by windows.month
),

-- A month's cost lies evenly on its days; a day without a cost makes the sum unknown, never small.
cost_days as (
    select
        windows.month,
        finance_months.sales_marketing_cost,
        finance_months.days_in_month,
        count(*) as days
    from windows
    inner join calendar
        on windows.cost_from <= calendar.date_day and windows.cost_to >= calendar.date_day
    left join finance_months
        on {{ month_of('calendar.date_day') }} = finance_months.month
    group by windows.month, finance_months.sales_marketing_cost, finance_months.days_in_month
),

costs as (
    select
        month,
        case
            when count(*) = count(sales_marketing_cost)
                then sum(
                    cast(
                        cast(sales_marketing_cost as double) * days / days_in_month
                        as decimal(28, 6)
                    )
                )
        end as sales_marketing_cost
    from cost_days
    group by month
)

select
    windows.month,
    windows.median_cycle_days,
    windows.cost_from,
    windows.cost_to,
    -- A history that begins within the days would make customers look cheap.
    case when history.first_on <= windows.cost_from then spend.ad_spend end as ad_spend,
    costs.sales_marketing_cost,
    coalesce(spend.rates_missing, 0) = 1 as is_spend_rate_missing
from windows
cross join history
left join spend on windows.month = spend.month
left join costs on windows.month = costs.month
