with source_rows as (
    select * from {{ source('file_drops', 'contacts') }}
    where _dlt_valid_to is null
)

select
    source,
    'contacts' as object,
    cast(source_record_id as varchar) as source_record_id,
    nullif(trim(email), '') as email,
    nullif(trim(phone), '') as phone,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(company_record_id), '') as company_record_id,
    nullif(trim(job_title), '') as job_title,
    nullif(trim(country), '') as country,
    nullif(trim(region), '') as region,
    nullif(trim(city), '') as city,
    nullif(trim(postal_code), '') as postal_code,
    nullif(trim(street), '') as street,
    nullif(trim(lifecycle_stage_native), '') as lifecycle_stage_native,
    nullif(trim(owner_native_id), '') as owner_native_id,
    nullif(trim(source_declared), '') as source_declared,
    nullif(trim(merged_record_ids), '') as merged_record_ids,
    cast(null as varchar) as merged_into_object,
    cast(null as varchar) as merged_into_record_id,
    false as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at,
    cast(coalesce(updated_at, created_at) as timestamp) as updated_at
from source_rows
