with tasks as (
    select * from {{ ref('int_launches__tasks') }}
),

events as (
    select * from {{ ref('int_work__task_events') }}
),

states as (
    select * from {{ ref('stg_config__work_states') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

clock as (
    select * from {{ ref('int_core__business_clock') }}
),

now_at as (
    select {{ business_time('clock', as_of(), 'company.reporting_time_zone') }} as business_time
    from company
    inner join clock
        on {{ date_in_zone(as_of(), 'company.reporting_time_zone') }} = clock.date_day
),

signs as (
    select
        tasks.launch_id,
        tasks.task_id,
        events.event_id,
        events.occurred_at,
        events.business_time,
        case
            when events.event_type = 'created' then 'queued'
            when states.told_by = 'section' then states.state
        end as section_state,
        case when states.told_by = 'field' then states.state end as field_state,
        case
            when events.event_type = 'completed' or events.to_value = 'approved' then 'done'
            when events.event_type in ('created', 'reopened', 'approval') then 'open'
        end as completion
    from tasks
    inner join events
        on tasks.source = events.source and tasks.task_id = events.task_id
    left join states
        on
            events.source = states.work_system
            and events.event_type = states.told_by
            and events.to_value = states.value
            and (states.told_by = 'section' or events.field = states.field)
    where
        states.state is not null
        or events.event_type in ('created', 'completed', 'reopened', 'approval')
),

counted as (
    -- What was told last of each kind holds until the next of it.
    select
        *,
        count(section_state) over (
            partition by launch_id, task_id order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as section_no,
        count(field_state) over (
            partition by launch_id, task_id order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as field_no,
        count(completion) over (
            partition by launch_id, task_id order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as completion_no
    from signs
),

held as (
    select
        launch_id,
        task_id,
        event_id,
        occurred_at,
        business_time,
        max(section_state) over (partition by launch_id, task_id, section_no) as section_state,
        max(field_state) over (partition by launch_id, task_id, field_no) as field_state,
        max(completion) over (partition by launch_id, task_id, completion_no) as completion
    from counted
),

spans as (
    select
        launch_id,
        task_id,
        event_id,
        case
            when completion = 'done' then 'done'
            when field_state = 'waiting' then 'waiting'
            when section_state = 'queued' then coalesce(field_state, section_state)
            else section_state
        end as state,
        occurred_at as started_at,
        lead(occurred_at) over (
            partition by launch_id, task_id order by occurred_at, event_id
        ) as next_at,
        business_time as started_business_time,
        lead(business_time) over (
            partition by launch_id, task_id order by occurred_at, event_id
        ) as next_business_time
    from held
)

select
    spans.launch_id,
    spans.task_id,
    spans.event_id,
    spans.state,
    spans.started_at,
    coalesce(spans.next_at, {{ as_of() }}) as ended_at,
    spans.started_business_time,
    coalesce(spans.next_business_time, now_at.business_time) as ended_business_time
from spans
cross join now_at
where coalesce(spans.next_at, {{ as_of() }}) > spans.started_at
