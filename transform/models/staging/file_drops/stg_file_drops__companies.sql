with source_rows as (
    select * from {{ source('file_drops', 'companies') }}
    where _dlt_valid_to is null
)

select
    source,
    cast(source_record_id as varchar) as source_record_id,
    nullif(trim(name), '') as name,
    nullif(lower(trim(domain)), '') as domain,
    nullif(trim(industry), '') as industry,
    nullif(trim(country), '') as country,
    nullif(trim(city), '') as city,
    cast(employee_count as bigint) as employee_count,
    cast(null as varchar) as merged_record_ids,
    cast(null as varchar) as merged_into_object,
    cast(null as varchar) as merged_into_record_id,
    false as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at,
    cast(coalesce(updated_at, created_at) as timestamp) as updated_at
from source_rows
