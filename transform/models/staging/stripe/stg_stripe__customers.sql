with source_rows as (
    select * from {{ source('stripe', 'customers') }}
    where _dlt_valid_to is null
)

select
    'stripe' as source,
    'customers' as object,
    nullif(trim(source_rows.id), '') as source_record_id,
    nullif(trim(source_rows.email), '') as email,
    nullif(trim(source_rows.name), '') as full_name,
    nullif(trim(source_rows.phone), '') as phone,
    nullif(trim(source_rows.description), '') as company_name,
    nullif(trim(source_rows.address__country), '') as country,
    upper(nullif(trim(source_rows.currency), '')) as currency_code,
    coalesce(source_rows.delinquent, false) as is_delinquent,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at
from source_rows
