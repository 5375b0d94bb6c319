with projects as (
    select * from {{ ref('int_launches__projects') }}
),

fields as (
    select * from {{ ref('int_launches__fields') }}
),

milestones as (
    select * from {{ ref('int_launches__planned_milestones') }}
),

flow as (
    select * from {{ ref('int_launches__flow') }}
),

evidence as (
    select * from {{ ref('int_launches__live_evidence') }}
    where evidence_rank = 1
),

events as (
    select * from {{ ref('int_work__task_events') }}
),

tasks as (
    select * from {{ ref('int_launches__tasks') }}
),

approvals as (
    select
        launch_id,
        sum(case when decision in ('changes_requested', 'rejected') then 1 else 0 end)
            as sent_back
    from {{ ref('int_launches__approvals') }}
    group by launch_id
),

reopened as (
    select
        tasks.launch_id,
        count(*) as reopened_tasks
    from tasks
    inner join events on tasks.source = events.source and tasks.task_id = events.task_id
    where events.event_type = 'reopened'
    group by tasks.launch_id
),

gates as (
    select
        launch_id,
        count(*) as gates,
        sum(case when approved_at is not null then 1 else 0 end) as approved_gates,
        sum(case when not was_approved_at_live then 1 else 0 end) as unapproved_at_live
    from {{ ref('int_launches__gates') }}
    group by launch_id
),

starts as (
    select
        launch_id,
        reached_at as started_at
    from milestones
    where is_start
),

lives as (
    select * from milestones
    where is_live
)

select
    projects.launch_id,
    projects.source,
    projects.project_id,
    projects.playbook,
    projects.launch_name,
    projects.owner_marketer_id,
    fields.canonical_campaign,
    projects.tracked_days,
    fields.budget_amount,
    fields.currency_code,
    case
        when lives.status = 'reached' then 'live'
        when lives.status = 'called_off' then 'called_off'
        when starts.started_at is null then 'planned'
        else 'in_progress'
    end as status,
    lives.first_due_on as planned_live_on,
    lives.due_on as due_live_on,
    lives.reached_on as live_on,
    lives.business_days_late,
    case when lives.reached_on is not null then lives.reached_on <= lives.first_due_on end
        as is_on_time,
    lives.status = 'overdue' as is_overdue,
    flow.total_business_days,
    flow.active_business_days,
    flow.total_business_days - flow.active_business_days as waiting_business_days,
    coalesce(approvals.sent_back, 0) as sent_back,
    coalesce(reopened.reopened_tasks, 0) as reopened_tasks,
    coalesce(gates.gates, 0) as gates,
    coalesce(gates.approved_gates, 0) as approved_gates,
    coalesce(gates.unapproved_at_live, 0) as unapproved_at_live,
    evidence.kind as first_live_kind,
    evidence.reference as first_live_reference,
    projects.created_at,
    starts.started_at,
    lives.reached_at as live_at,
    evidence.live_at as first_live_at
from projects
inner join fields on projects.launch_id = fields.launch_id
left join starts on projects.launch_id = starts.launch_id
left join lives on projects.launch_id = lives.launch_id
left join flow on projects.launch_id = flow.launch_id
left join evidence on projects.launch_id = evidence.launch_id
left join approvals on projects.launch_id = approvals.launch_id
left join reopened on projects.launch_id = reopened.launch_id
left join gates on projects.launch_id = gates.launch_id
