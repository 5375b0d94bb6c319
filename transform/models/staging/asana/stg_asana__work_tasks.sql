with source_rows as (
    select * from {{ source('asana', 'tasks') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(gid as varchar) as task_id,
    cast(parent__gid as varchar) as parent_task_id,
    nullif(trim(name), '') as task_name,
    case resource_subtype
        when 'default_task' then 'task'
        when 'milestone' then 'milestone'
        when 'approval' then 'approval'
        else 'other'
    end as task_type,
    cast(approval_status as varchar) as approval_status,
    cast(assignee__gid as varchar) as assignee_id,
    cast(created_by__gid as varchar) as created_by_id,
    cast(completed_by__gid as varchar) as completed_by_id,
    cast(permalink_url as varchar) as task_url,
    cast(num_subtasks as bigint) as subtasks,
    cast(actual_time_minutes as bigint) as tracked_minutes,
    cast(coalesce(start_on, {{ date_of('start_at') }}) as date) as planned_start_on,
    cast(coalesce(due_on, {{ date_of('due_at') }}) as date) as due_on,
    coalesce(completed, false) as is_completed,
    coalesce(is_rendered_as_separator, false) as is_separator,
    coalesce(is_deleted, false) as is_deleted,
    cast(due_at as timestamp) as due_at,
    cast(created_at as timestamp) as created_at,
    cast(modified_at as timestamp) as modified_at,
    cast(completed_at as timestamp) as completed_at
from source_rows
