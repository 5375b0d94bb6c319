with source_rows as (
    select * from {{ source('linkedin_ads', 'demographic_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'linkedin_ads' as platform,
    account_id,
    lower(pivot_name) as breakdown,
    member_value,
    cast(reported_on as date) as reported_on,
    currency_code,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    {{ safe_decimal('cost_in_local_currency', 18, 6) }} as spend_amount,
    cast(_dlt_valid_from as timestamp) as observed_at
from source_rows
