with source_rows as (
    select * from {{ source('asana', 'task_memberships') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(task_gid as varchar) as task_id,
    cast(project_gid as varchar) as project_id,
    cast(section_gid as varchar) as section_id,
    nullif(trim(section_name), '') as section_name,
    coalesce(is_deleted, false) as is_deleted
from source_rows
