with source_rows as (
    select * from {{ source('stripe', 'refunds') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as refund_id,
    nullif(trim(source_rows.charge), '') as charge_id,
    nullif(trim(source_rows.payment_intent), '') as payment_intent_id,
    nullif(trim(source_rows.balance_transaction), '') as balance_transaction_id,
    nullif(trim({{ json_text('source_rows.metadata', '$.deal_id') }}), '') as deal_record_id,
    nullif(trim(source_rows.status), '') as status,
    nullif(trim(source_rows.reason), '') as reason,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.amount', 'currencies.minor_units') }} as refunded_amount,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
