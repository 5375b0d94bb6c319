with source_rows as (
    select * from {{ source('stripe', 'balance_transactions') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as balance_transaction_id,
    nullif(trim(source_rows.source), '') as source_id,
    nullif(trim(source_rows.type), '') as transaction_type,
    nullif(trim(source_rows.status), '') as status,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.amount', 'currencies.minor_units') }} as gross_amount,
    {{ from_minor_units('source_rows.fee', 'currencies.minor_units') }} as fee_amount,
    {{ from_minor_units('source_rows.net', 'currencies.minor_units') }} as net_amount,
    cast(source_rows.exchange_rate as double) as exchange_rate,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.available_on as timestamp) as available_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
