with source_rows as (
    select * from {{ source('stripe', 'invoice_payments') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as invoice_payment_id,
    nullif(trim(source_rows.invoice), '') as invoice_id,
    nullif(trim(source_rows.payment__payment_intent), '') as payment_intent_id,
    nullif(trim(source_rows.status), '') as status,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.amount_paid', 'currencies.minor_units') }} as paid_amount,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.status_transitions__paid_at as timestamp) as paid_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
