with source_rows as (
    select * from {{ source('hubspot', 'companies') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(properties__name), '') as name,
    nullif(lower(trim(properties__domain)), '') as domain,
    nullif(trim(properties__industry), '') as industry,
    nullif(trim(properties__country), '') as country,
    nullif(trim(properties__city), '') as city,
    cast(properties__numberofemployees as bigint) as employee_count,
    nullif(trim(properties__hs_merged_object_ids), '') as merged_record_ids,
    cast(null as varchar) as merged_into_object,
    cast(null as varchar) as merged_into_record_id,
    coalesce(archived, false) as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(coalesce(properties__createdate, created_at) as timestamp) as created_at,
    cast(coalesce(updated_at, properties__hs_lastmodifieddate) as timestamp) as updated_at
from source_rows
