with source_rows as (
    select * from {{ source('stripe', 'subscription_items') }}
    where _dlt_valid_to is null
)

select
    'stripe' as source,
    nullif(trim(source_rows.subscription), '') as subscription_id,
    nullif(trim(source_rows.id), '') as subscription_item_id,
    nullif(trim(source_rows.price__id), '') as price_id,
    nullif(trim(source_rows.price__product), '') as product_id,
    cast(source_rows.quantity as bigint) as quantity,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.current_period_start as timestamp) as period_started_at,
    cast(source_rows.current_period_end as timestamp) as period_ends_at
from source_rows
