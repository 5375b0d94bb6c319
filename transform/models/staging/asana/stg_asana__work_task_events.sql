with story_rows as (
    select * from {{ source('asana', 'stories') }}
    where _dlt_valid_to is null
),

task_rows as (
    select * from {{ source('asana', 'tasks') }}
    where _dlt_valid_to is null
),

typed as (
    -- By the fields that only one kind of story has, where there are such: the vendor names the
    -- words of some kinds only.
    select
        *,
        case
            when coalesce(new_approval_status, old_approval_status) is not null then 'approval'
            when coalesce(new_section__gid, old_section__gid) is not null then 'section'
            when custom_field__gid is not null then 'field'
            when new_resource_subtype is not null then 'task_type'
            when resource_subtype = 'marked_complete' then 'completed'
            when resource_subtype = 'marked_incomplete' then 'reopened'
            when resource_subtype in ('assigned', 'unassigned') then 'assignee'
            when resource_subtype in ('due_date_changed', 'start_date_changed') then 'due_date'
            when resource_subtype in ('added_to_project', 'removed_from_project') then 'project'
            when resource_subtype in ('dependency_added', 'dependency_removed') then 'dependency'
            when resource_subtype = 'comment_added' then 'comment'
            else 'other'
        end as event_type,
        coalesce(old_dates__due_on, {{ date_of('old_dates__due_at') }}) as old_due_on,
        coalesce(new_dates__due_on, {{ date_of('new_dates__due_at') }}) as new_due_on
    from story_rows
)

select
    'asana' as source,
    cast(typed.gid as varchar) as event_id,
    cast(typed.task_gid as varchar) as task_id,
    typed.event_type,
    cast(typed.resource_subtype as varchar) as event_native,
    cast(typed.created_by__gid as varchar) as actor_id,
    cast(typed.project__gid as varchar) as project_id,
    cast(typed.dependency__gid as varchar) as depends_on_task_id,
    cast(typed.custom_field__gid as varchar) as field_id,
    nullif(trim(typed.custom_field__name), '') as field_name,
    case typed.event_type
        when 'approval' then typed.old_approval_status
        when 'section' then typed.old_section__name
        when 'field'
            then coalesce(typed.old_enum_value__name, cast(typed.old_number_value as varchar))
        when 'task_type' then typed.old_resource_subtype
        when 'due_date' then cast(typed.old_due_on as varchar)
        when 'project'
            then
                case
                    when typed.resource_subtype = 'removed_from_project' then typed.project__gid
                end
        when 'dependency'
            then
                case
                    when typed.resource_subtype = 'dependency_removed' then typed.dependency__gid
                end
    end as from_value,
    case typed.event_type
        when 'approval' then typed.new_approval_status
        when 'section' then typed.new_section__name
        when 'field'
            then coalesce(typed.new_enum_value__name, cast(typed.new_number_value as varchar))
        when 'task_type' then typed.new_resource_subtype
        when 'assignee'
            then case when typed.resource_subtype = 'assigned' then typed.assignee__gid end
        when 'due_date' then cast(typed.new_due_on as varchar)
        when 'project'
            then
                case when typed.resource_subtype = 'added_to_project' then typed.project__gid end
        when 'dependency'
            then
                case when typed.resource_subtype = 'dependency_added' then typed.dependency__gid end
    end as to_value,
    cast(typed.old_due_on as date) as from_due_on,
    cast(typed.new_due_on as date) as to_due_on,
    -- A deleted task's stories are in no list: the task says that they are gone.
    coalesce(typed.is_deleted, false) or coalesce(task_rows.is_deleted, false) as is_deleted,
    cast(typed.created_at as timestamp) as occurred_at
from typed
left join task_rows on typed.task_gid = task_rows.gid
