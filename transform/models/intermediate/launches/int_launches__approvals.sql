with tasks as (
    select * from {{ ref('int_launches__tasks') }}
    where task_type = 'approval'
),

events as (
    select * from {{ ref('int_work__task_events') }}
),

states as (
    select * from {{ ref('int_launches__task_states') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

clock as (
    select * from {{ ref('int_core__business_clock') }}
),

decisions as (
    select
        tasks.launch_id,
        tasks.source,
        tasks.task_id,
        tasks.milestone,
        events.to_value as decision,
        events.actor_id as approver_id,
        events.occurred_at as decided_at,
        events.business_time as decided_business_time,
        row_number() over (
            partition by tasks.launch_id, tasks.task_id order by events.occurred_at, events.event_id
        ) as round_no,
        lag(events.occurred_at) over (
            partition by tasks.launch_id, tasks.task_id order by events.occurred_at, events.event_id
        ) as decided_before_at
    from tasks
    inner join events
        on tasks.source = events.source and tasks.task_id = events.task_id
    where events.event_type = 'approval' and events.to_value <> 'pending'
),

last_decisions as (
    select
        launch_id,
        task_id,
        max(round_no) as rounds,
        max(decided_at) as decided_at
    from decisions
    group by launch_id, task_id
),

rounds as (
    select
        launch_id,
        source,
        task_id,
        milestone,
        decision,
        approver_id,
        round_no,
        decided_before_at,
        decided_at,
        decided_business_time
    from decisions
    union all
    -- One that nobody has decided yet.
    select
        tasks.launch_id,
        tasks.source,
        tasks.task_id,
        tasks.milestone,
        cast(null as varchar) as decision,
        tasks.assignee_id as approver_id,
        coalesce(last_decisions.rounds, 0) + 1 as round_no,
        last_decisions.decided_at as decided_before_at,
        cast(null as timestamp) as decided_at,
        cast(null as double) as decided_business_time
    from tasks
    left join last_decisions
        on
            tasks.launch_id = last_decisions.launch_id
            and tasks.task_id = last_decisions.task_id
    where tasks.approval_status = 'pending'
),

asked as (
    -- Asked is who is put into a state of waiting, or set back to pending; the last time before the
    -- decision counts, of an open one the first.
    select
        launch_id,
        task_id,
        started_at as asked_at
    from states
    where state = 'waiting'
    union all
    select
        tasks.launch_id,
        tasks.task_id,
        events.occurred_at as asked_at
    from tasks
    inner join events
        on tasks.source = events.source and tasks.task_id = events.task_id
    where events.event_type = 'approval' and events.to_value = 'pending'
),

requested as (
    select
        rounds.launch_id,
        rounds.source,
        rounds.task_id,
        rounds.milestone,
        rounds.round_no,
        rounds.decision,
        rounds.approver_id,
        rounds.decided_at,
        rounds.decided_business_time,
        case
            when rounds.decided_at is null then min(asked.asked_at)
            else max(asked.asked_at)
        end as requested_at
    from rounds
    left join asked
        on
            rounds.launch_id = asked.launch_id
            and rounds.task_id = asked.task_id
            and (rounds.decided_at is null or rounds.decided_at >= asked.asked_at)
            and (rounds.decided_before_at is null or rounds.decided_before_at < asked.asked_at)
    group by
        rounds.launch_id,
        rounds.source,
        rounds.task_id,
        rounds.milestone,
        rounds.round_no,
        rounds.decision,
        rounds.approver_id,
        rounds.decided_at,
        rounds.decided_business_time
)

select
    {{ surrogate_key(['requested.launch_id', 'requested.task_id', 'requested.round_no']) }}
        as approval_id,
    requested.launch_id,
    requested.task_id,
    requested.milestone,
    requested.round_no,
    {{ surrogate_key(['requested.source', 'requested.approver_id']) }} as approver_marketer_id,
    requested.decision,
    requested.requested_at,
    requested.decided_at,
    requested.decided_business_time
    - {{ business_time('clock', 'requested.requested_at', 'company.reporting_time_zone') }}
        as latency_business_days
from requested
cross join company
left join clock
    on
        {{ date_in_zone('requested.requested_at', 'company.reporting_time_zone') }}
        = clock.date_day
-- What nobody has asked for yet is no open approval.
where requested.decided_at is not null or requested.requested_at is not null
