with source_rows as (
    select * from {{ source('stripe', 'prices') }}
    where _dlt_valid_to is null
),

currencies as (
    select * from {{ ref('stg_stripe__currencies') }}
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as price_id,
    nullif(trim(source_rows.product), '') as product_id,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    {{ from_minor_units('source_rows.unit_amount', 'currencies.minor_units') }} as unit_amount,
    nullif(trim(source_rows.recurring__interval), '') as recurring_interval,
    cast(source_rows.recurring__interval_count as bigint) as recurring_interval_count,
    coalesce(source_rows.active, false) as is_active,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at
from source_rows
left join currencies on upper(source_rows.currency) = currencies.currency_code
