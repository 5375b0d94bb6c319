with launches as (
    select * from {{ ref('int_launches__projects') }}
),

rules as (
    select * from {{ ref('stg_config__playbook_milestones') }}
),

tasks as (
    select * from {{ ref('int_launches__tasks') }}
    where milestone is not null
),

events as (
    select * from {{ ref('int_work__task_events') }}
),

milestones as (
    select
        launches.launch_id,
        launches.source,
        rules.milestone,
        rules.position,
        rules.reached_by,
        rules.field,
        rules.value,
        rules.business_days_from_live,
        rules.owner_role,
        rules.is_gate,
        rules.milestone = launches.starts_with as is_start,
        rules.milestone = launches.goes_live_with as is_live,
        tasks.task_id,
        tasks.due_on,
        case
            when rules.reached_by = 'completed' and tasks.is_completed then tasks.completed_at
            when rules.reached_by = 'approved' and tasks.approval_status = 'approved'
                then tasks.completed_at
        end as stated_at
    from launches
    inner join rules on launches.playbook = rules.playbook
    left join tasks
        on launches.launch_id = tasks.launch_id and rules.milestone = tasks.milestone
),

marks as (
    -- What reaches a milestone, and what undoes it; the last of them says how it stands.
    select
        milestones.launch_id,
        milestones.milestone,
        events.occurred_at,
        case milestones.reached_by
            when 'completed' then events.event_type = 'completed'
            when 'approved' then coalesce(events.to_value = 'approved', false)
            else coalesce(events.to_value = milestones.value, false)
        end as is_reached,
        row_number() over (
            partition by milestones.launch_id, milestones.milestone
            order by events.occurred_at desc, events.event_id desc
        ) as mark_rank
    from milestones
    inner join events
        on
            milestones.source = events.source
            and milestones.task_id = events.task_id
            and (
                milestones.reached_by = 'completed'
                and events.event_type in ('completed', 'reopened')
                or milestones.reached_by = 'approved' and events.event_type = 'approval'
                or milestones.reached_by = 'section' and events.event_type = 'section'
                or milestones.reached_by = 'field' and events.event_type = 'field'
                and milestones.field = events.field
            )
),

plans as (
    select
        milestones.launch_id,
        milestones.milestone,
        coalesce(events.from_due_on, events.to_due_on) as first_due_on,
        row_number() over (
            partition by milestones.launch_id, milestones.milestone
            order by events.occurred_at, events.event_id
        ) as plan_rank
    from milestones
    inner join events
        on milestones.source = events.source and milestones.task_id = events.task_id
    where
        events.event_type = 'due_date'
        and coalesce(events.from_due_on, events.to_due_on) is not null
)

select
    milestones.launch_id,
    milestones.milestone,
    milestones.position,
    milestones.owner_role,
    milestones.task_id,
    milestones.business_days_from_live,
    milestones.is_gate,
    milestones.is_start,
    milestones.is_live,
    coalesce(plans.first_due_on, milestones.due_on) as first_due_on,
    milestones.due_on,
    case
        when marks.milestone is null then milestones.stated_at
        when marks.is_reached then marks.occurred_at
    end as reached_at
from milestones
left join marks
    on
        milestones.launch_id = marks.launch_id
        and milestones.milestone = marks.milestone
        and marks.mark_rank = 1
left join plans
    on
        milestones.launch_id = plans.launch_id
        and milestones.milestone = plans.milestone
        and plans.plan_rank = 1
