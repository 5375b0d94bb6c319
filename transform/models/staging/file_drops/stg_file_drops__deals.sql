with source_rows as (
    select * from {{ source('file_drops', 'deals') }}
    where _dlt_valid_to is null
)

select
    source,
    cast(source_record_id as varchar) as source_record_id,
    nullif(trim(name), '') as deal_name,
    {{ safe_decimal('amount', 18, 2) }} as amount,
    upper(nullif(trim(currency_code), '')) as currency_code,
    nullif(trim(stage_native), '') as stage_native,
    nullif(trim(pipeline_native), '') as pipeline_native,
    nullif(trim(owner_native_id), '') as owner_native_id,
    nullif(trim(company_record_id), '') as company_record_id,
    nullif(trim(contact_record_id), '') as contact_record_ids,
    nullif(trim(source_declared), '') as source_declared,
    cast(null as varchar) as original_record_id,
    cast(null as varchar) as mirror_source,
    cast(null as varchar) as mirror_record_id,
    false as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at,
    cast(closed_at as timestamp) as closed_at,
    cast(null as date) as closed_on,
    cast(coalesce(updated_at, created_at) as timestamp) as updated_at
from source_rows
