with months as (
    select * from {{ ref('int_reporting__periods') }}
    where period = 'month'
),

costs as (
    select * from {{ ref('int_reporting__acquisition_costs') }}
),

finance_months as (
    select * from {{ ref('stg_config__finance_months') }}
),

settings as (
    select * from {{ ref('stg_config__finance_settings') }}
),

coverage as (
    select * from {{ ref('int_attribution__coverage') }}
    where stage = 'won'
),

won as (
    select * from {{ ref('int_conversions__conversions') }}
    where stage = 'won' and not is_reversal
),

company as (
    select * from {{ ref('stg_config__company') }}
),

ranked as (
    select
        won.value_amount_reporting,
        {{ month_of(date_in_zone('won.converted_at', 'company.reporting_time_zone')) }} as month,
        row_number() over (
            partition by coalesce(won.account_id, won.person_id, won.opportunity_id)
            order by won.converted_at, won.conversion_id
        ) as sale_no
    from won
    cross join company
),

customers as (
    select
        month,
        count(*) as new_customers,
        count(value_amount_reporting) as valued_customers,
        sum(value_amount_reporting) as first_value
    from ranked
    where sale_no = 1
    group by month
),

sales as (
    select
        {{ month_of('date_day') }} as month,
        sum(value_amount_reporting) as won_value,
        sum(covered_value_reporting) as covered_value,
        max(case when is_value_rate_missing then 1 else 0 end) as rates_missing
    from coverage
    group by {{ month_of('date_day') }}
)

select
    months.starts_on as month,
    months.is_complete,
    costs.median_cycle_days,
    costs.cost_from,
    costs.cost_to,
    coalesce(customers.new_customers, 0) as new_customers,
    coalesce(customers.valued_customers, 0) as valued_customers,
    customers.first_value,
    coalesce(sales.won_value, 0) as won_value,
    coalesce(sales.covered_value, 0) as covered_value,
    costs.ad_spend,
    costs.sales_marketing_cost,
    finance_months.gross_margin,
    settings.contract_months,
    coalesce(costs.is_spend_rate_missing, false) as is_spend_rate_missing,
    coalesce(sales.rates_missing, 0) = 1 as is_value_rate_missing
from months
cross join settings
inner join costs on months.starts_on = costs.month
left join customers on months.starts_on = customers.month
left join sales on months.starts_on = sales.month
left join finance_months on months.starts_on = finance_months.month
-- A month in which nothing was sold or spent, as those before the history, says nothing.
where
    customers.month is not null
    or sales.month is not null
    or costs.ad_spend is not null
    or costs.sales_marketing_cost is not null
