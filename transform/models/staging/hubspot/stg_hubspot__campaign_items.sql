with source_rows as (
    select * from {{ source('hubspot', 'campaign_items') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(campaign_id as varchar) as campaign_native_id,
    kind as item_kind,
    cast(item_id as varchar) as item_id,
    nullif(trim(name), '') as name,
    upper(nullif(trim(currency_code), '')) as currency_code,
    {{ safe_decimal('amount', 18, 2) }} as amount,
    cast(created_at as timestamp) as created_at
from source_rows
where not coalesce(is_deleted, false)
