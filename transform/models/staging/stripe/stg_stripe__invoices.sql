with source_rows as (
    select * from {{ source('stripe', 'invoices') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as invoice_id,
    nullif(trim(source_rows.number), '') as invoice_number,
    nullif(trim(source_rows.customer), '') as customer_id,
    nullif(trim(source_rows.parent__subscription_details__subscription), '') as subscription_id,
    nullif(trim({{ json_text('source_rows.metadata', '$.deal_id') }}), '') as deal_record_id,
    nullif(trim(source_rows.status), '') as status,
    nullif(trim(source_rows.billing_reason), '') as billing_reason,
    nullif(trim(source_rows.customer_email), '') as customer_email,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.total', 'currencies.minor_units') }} as total_amount,
    {{ from_minor_units('source_rows.amount_due', 'currencies.minor_units') }} as due_amount,
    {{ from_minor_units('source_rows.amount_paid', 'currencies.minor_units') }} as paid_amount,
    {{ from_minor_units(
        'source_rows.amount_remaining', 'currencies.minor_units'
    ) }} as remaining_amount,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.status_transitions__finalized_at as timestamp) as finalized_at,
    cast(source_rows.due_date as timestamp) as due_at,
    cast(source_rows.status_transitions__paid_at as timestamp) as paid_at,
    cast(source_rows.status_transitions__voided_at as timestamp) as voided_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
