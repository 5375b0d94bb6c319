with launches as (
    select * from {{ ref('int_launches__projects') }}
),

tasks as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_tasks') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

places as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_task_projects') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

milestones as (
    select * from {{ ref('stg_config__playbook_milestones') }}
),

direct as (
    select
        launches.launch_id,
        launches.playbook,
        tasks.*
    from launches
    inner join places
        on launches.source = places.source and launches.project_id = places.project_id
    inner join tasks
        on places.source = tasks.source and places.task_id = tasks.task_id
    where not tasks.is_separator
),

placed as (
    select
        direct.*,
        milestones.milestone,
        row_number() over (
            partition by direct.launch_id, direct.task_id order by milestones.position
        ) as milestone_rank,
        row_number() over (
            partition by direct.launch_id, milestones.milestone
            order by direct.created_at, direct.task_id
        ) as task_rank
    from direct
    left join milestones
        on
            direct.playbook = milestones.playbook
            and lower(direct.task_name) like milestones.task_name
),

every_task as (
    select
        launch_id,
        source,
        task_id,
        task_type,
        -- Of two tasks of one name, the first is the milestone's.
        case when task_rank = 1 then milestone end as milestone,
        assignee_id,
        completed_by_id,
        approval_status,
        is_completed,
        due_on,
        created_at,
        completed_at
    from placed
    where milestone_rank = 1
    union all
    -- A part of a task is in no project of its own.
    select
        direct.launch_id,
        tasks.source,
        tasks.task_id,
        tasks.task_type,
        cast(null as varchar) as milestone,
        tasks.assignee_id,
        tasks.completed_by_id,
        tasks.approval_status,
        tasks.is_completed,
        tasks.due_on,
        tasks.created_at,
        tasks.completed_at
    from direct
    inner join tasks on direct.source = tasks.source and direct.task_id = tasks.parent_task_id
    where not exists (
        select 1 from direct as own
        where
            own.launch_id = direct.launch_id
            and own.source = tasks.source
            and own.task_id = tasks.task_id
    )
)

select * from every_task
