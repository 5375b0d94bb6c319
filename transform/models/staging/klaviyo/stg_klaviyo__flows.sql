with source_rows as (
    select * from {{ source('klaviyo', 'flows') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(id as varchar) as flow_id,
    name,
    status,
    trigger_type,
    coalesce(archived, false) as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created as timestamp) as created_at,
    cast(updated as timestamp) as updated_at
from source_rows
