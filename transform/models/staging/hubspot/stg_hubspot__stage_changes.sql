with source_rows as (
    select * from {{ source('hubspot', 'property_history') }}
)

select
    'hubspot' as source,
    object_type as object,
    cast(object_id as varchar) as source_record_id,
    trim(value) as stage_native,
    cast(changed_at as timestamp) as changed_at,
    cast(event_id as varchar) as change_id
from source_rows
where
    nullif(trim(value), '') is not null
    and (
        (object_type = 'contacts' and property = 'lifecyclestage')
        or (object_type = 'deals' and property = 'dealstage')
    )
