with source_rows as (
    select * from {{ source('asana', 'projects') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(gid as varchar) as project_id,
    nullif(trim(name), '') as project_name,
    nullif(trim(team__name), '') as team_name,
    cast(owner__gid as varchar) as owner_id,
    cast(current_status_update__status_type as varchar) as status_native,
    cast(permalink_url as varchar) as project_url,
    cast(start_on as date) as planned_start_on,
    cast(due_on as date) as due_on,
    coalesce(completed, false) as is_completed,
    coalesce(archived, false) as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at,
    cast(modified_at as timestamp) as modified_at,
    cast(completed_at as timestamp) as completed_at
from source_rows
