with source_rows as (
    select * from {{ source('asana', 'task_dependencies') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(task_gid as varchar) as task_id,
    cast(depends_on_gid as varchar) as depends_on_task_id,
    coalesce(is_deleted, false) as is_deleted
from source_rows
