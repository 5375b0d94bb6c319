with acquisition as (
    select * from {{ ref('int_reporting__acquisition') }}
),

per_customer as (
    select
        *,
        cast(sales_marketing_cost as double) / nullif(new_customers, 0) as cac,
        cast(ad_spend as double) / nullif(new_customers, 0) as paid_cac,
        cast(first_value as double) / nullif(valued_customers, 0)
        * gross_margin / contract_months as monthly_margin
    from acquisition
)

select
    month,
    cost_from,
    cost_to,
    cast(new_customers as bigint) as new_customers,
    cast(won_value as decimal(18, 2)) as won_value_reporting,
    cast(ad_spend as decimal(18, 6)) as ad_spend_reporting,
    cast(sales_marketing_cost as decimal(18, 2)) as sales_marketing_cost,
    cast(cac as decimal(18, 2)) as cac,
    cast(paid_cac as decimal(18, 2)) as paid_cac,
    cac / nullif(monthly_margin, 0) as payback_months,
    cast(won_value as double) / nullif(cast(sales_marketing_cost as double), 0)
        as blended_efficiency,
    (cast(covered_value as double) * gross_margin - cast(sales_marketing_cost as double))
    / nullif(cast(sales_marketing_cost as double), 0) as roi,
    cast(covered_value as double) / nullif(cast(won_value as double), 0) as value_coverage,
    gross_margin,
    median_cycle_days,
    is_complete,
    is_spend_rate_missing,
    is_value_rate_missing
from per_customer
