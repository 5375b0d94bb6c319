with source_rows as (
    select * from {{ source('asana', 'status_updates') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(gid as varchar) as status_update_id,
    cast(project_gid as varchar) as project_id,
    cast(created_by__gid as varchar) as author_id,
    cast(status_type as varchar) as status_native,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as stated_at
from source_rows
