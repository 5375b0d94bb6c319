with source_rows as (
    select * from {{ source('klaviyo', 'segments') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(id as varchar) as segment_id,
    name,
    definition as conditions,
    coalesce(is_active, false) as is_active,
    coalesce(is_deleted, false) as is_deleted,
    cast(created as timestamp) as created_at,
    cast(updated as timestamp) as updated_at
from source_rows
