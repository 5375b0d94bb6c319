with source_rows as (
    select * from {{ source('klaviyo', 'lists') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(id as varchar) as list_id,
    name,
    opt_in_process,
    coalesce(is_deleted, false) as is_deleted,
    cast(created as timestamp) as created_at,
    cast(updated as timestamp) as updated_at
from source_rows
