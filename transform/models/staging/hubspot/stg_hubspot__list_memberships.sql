with source_rows as (
    select * from {{ source('hubspot', 'list_memberships') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(list_id as varchar) as list_id,
    cast(record_id as varchar) as record_id,
    cast(joined_at as timestamp) as joined_at
from source_rows
where not coalesce(is_deleted, false)
