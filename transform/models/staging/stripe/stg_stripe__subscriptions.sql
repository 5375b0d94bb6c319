with source_rows as (
    select * from {{ source('stripe', 'subscriptions') }}
    where _dlt_valid_to is null
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as subscription_id,
    nullif(trim(source_rows.customer), '') as customer_id,
    nullif(trim(source_rows.status), '') as status,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    nullif(trim(source_rows.latest_invoice), '') as latest_invoice_id,
    coalesce(source_rows.cancel_at_period_end, false) as cancels_at_period_end,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.start_date as timestamp) as started_at,
    cast(source_rows.canceled_at as timestamp) as canceled_at,
    cast(source_rows.ended_at as timestamp) as ended_at
from source_rows
