with milestones as (
    select * from {{ ref('int_launches__milestones') }}
    where is_gate
),

launches as (
    select * from {{ ref('int_launches__projects') }}
),

evidence as (
    select * from {{ ref('int_launches__live_evidence') }}
    where evidence_rank = 1
),

events as (
    select * from {{ ref('int_work__task_events') }}
    where event_type = 'approval'
),

decided as (
    -- How the approval stood when the first of the launch was live.
    select
        milestones.launch_id,
        milestones.milestone,
        events.to_value as status_at_live,
        row_number() over (
            partition by milestones.launch_id, milestones.milestone
            order by events.occurred_at desc, events.event_id desc
        ) as decision_rank
    from milestones
    inner join launches on milestones.launch_id = launches.launch_id
    inner join evidence on milestones.launch_id = evidence.launch_id
    inner join events
        on
            launches.source = events.source
            and milestones.task_id = events.task_id
            and evidence.live_at >= events.occurred_at
)

select
    milestones.launch_id,
    milestones.milestone,
    evidence.live_at as first_live_at,
    milestones.reached_at as approved_at,
    case
        when evidence.live_at is not null
            then
                -- A tool without history says only when it was approved.
                coalesce(
                    decided.status_at_live,
                    case when milestones.reached_at <= evidence.live_at then 'approved' end,
                    'pending'
                ) = 'approved'
    end as was_approved_at_live
from milestones
left join evidence on milestones.launch_id = evidence.launch_id
left join decided
    on
        milestones.launch_id = decided.launch_id
        and milestones.milestone = decided.milestone
        and decided.decision_rank = 1
