with source_rows as (
    select * from {{ source('file_drops', 'activities') }}
    where _dlt_valid_to is null
)

select
    source,
    activity_type,
    cast(source_record_id as varchar) as source_record_id,
    nullif(trim(contact_record_id), '') as contact_record_id,
    nullif(trim(owner_native_id), '') as owner_native_id,
    cast(occurred_at as timestamp) as occurred_at,
    direction,
    coalesce(is_deleted, false) as is_deleted
from source_rows
