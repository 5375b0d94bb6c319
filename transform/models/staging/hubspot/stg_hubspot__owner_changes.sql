with source_rows as (
    select * from {{ source('hubspot', 'property_history') }}
)

select
    'hubspot' as source,
    object_type as object,
    cast(object_id as varchar) as source_record_id,
    nullif(trim(value), '') as owner_native_id,
    lower(source_type) as changed_by,
    cast(changed_at as timestamp) as changed_at,
    cast(event_id as varchar) as change_id
from source_rows
where property = 'hubspot_owner_id'
