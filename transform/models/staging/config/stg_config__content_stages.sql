with source_rows as (
    select * from {{ source('config', 'content_stages') }}
)

select
    cast(work_system as varchar) as work_system,
    cast(project_name as varchar) as project_name,
    cast(section as varchar) as section,
    cast(stage as varchar) as stage,
    cast(position as bigint) as position
from source_rows
