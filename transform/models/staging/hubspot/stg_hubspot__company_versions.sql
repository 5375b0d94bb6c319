select
    'hubspot' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(properties__industry), '') as industry,
    cast(properties__numberofemployees as bigint) as employee_count,
    nullif(trim(properties__hubspot_owner_id), '') as owner_native_id,
    cast(coalesce(properties__createdate, created_at) as timestamp) as created_at,
    cast(_dlt_valid_from as timestamp) as loaded_at,
    cast(_dlt_valid_from as varchar) as version_id
from {{ source('hubspot', 'companies') }}
