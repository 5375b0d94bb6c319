with source_rows as (
    select * from {{ source('google_ads', 'campaign_budgets') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign_budget__id as varchar) as budget_id,
    campaign_budget__name as name,
    lower(campaign_budget__status) as status,
    lower(campaign_budget__period) as period,
    lower(campaign_budget__delivery_method) as delivery_method,
    customer__currency_code as currency_code,
    cast(cast(campaign_budget__amount_micros as decimal(24, 0)) / 1000000 as decimal(18, 6))
        as budget_amount,
    cast(cast(campaign_budget__total_amount_micros as decimal(24, 0)) / 1000000 as decimal(18, 6))
        as total_budget_amount,
    coalesce(campaign_budget__explicitly_shared, false) as is_shared,
    coalesce(is_deleted, false) as is_deleted
from source_rows
