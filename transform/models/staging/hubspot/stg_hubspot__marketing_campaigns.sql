with source_rows as (
    select * from {{ source('hubspot', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(id as varchar) as campaign_native_id,
    nullif(trim(properties__hs_name), '') as name,
    lower(nullif(trim(properties__hs_utm), '')) as utm_campaign,
    cast(null as varchar) as campaign_type,
    lower(nullif(trim(properties__hs_campaign_status), '')) as status,
    nullif(trim(properties__hs_owner), '') as owner_native_id,
    upper(nullif(trim(properties__hs_currency_code), '')) as currency_code,
    {{ safe_decimal('properties__hs_budget_items_sum_amount', 18, 2) }} as budget_amount,
    {{ safe_decimal('properties__hs_spend_items_sum_amount', 18, 2) }} as spend_amount,
    coalesce(is_deleted, false) as is_deleted,
    cast(properties__hs_start_date as date) as started_on,
    cast(properties__hs_end_date as date) as ended_on,
    cast(updated_at as timestamp) as updated_at
from source_rows
