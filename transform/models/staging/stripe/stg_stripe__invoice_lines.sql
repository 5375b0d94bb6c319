with source_rows as (
    select * from {{ source('stripe', 'invoice_lines') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.invoice), '') as invoice_id,
    nullif(trim(source_rows.id), '') as invoice_line_id,
    nullif(trim(source_rows.pricing__price_details__price), '') as price_id,
    nullif(trim(source_rows.pricing__price_details__product), '') as product_id,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.amount', 'currencies.minor_units') }} as line_amount,
    cast(source_rows.quantity as bigint) as quantity,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.period__start as timestamp) as period_started_at,
    cast(source_rows.period__end as timestamp) as period_ends_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
