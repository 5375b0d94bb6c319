with states as (
    select * from {{ ref('int_launches__task_states') }}
),

milestones as (
    select * from {{ ref('int_launches__planned_milestones') }}
),

clocks as (
    select
        launch_id,
        max(case when is_start then reached_business_time end) as started,
        max(case when is_live then reached_business_time end) as ended
    from milestones
    group by launch_id
),

clipped as (
    select
        states.launch_id,
        states.task_id,
        states.event_id,
        case
            when states.started_business_time > clocks.started then states.started_business_time
            else clocks.started
        end as span_start,
        case
            when states.ended_business_time < clocks.ended then states.ended_business_time
            else clocks.ended
        end as span_end
    from states
    inner join clocks on states.launch_id = clocks.launch_id
    where
        states.state = 'active'
        and states.ended_business_time > clocks.started
        and states.started_business_time < clocks.ended
),

ordered as (
    -- Tasks that are worked on at the same time count once: only what goes beyond all before.
    select
        *,
        max(span_end) over (
            partition by launch_id order by span_start, span_end, task_id, event_id
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from clipped
),

active as (
    select
        launch_id,
        sum(
            cast(
                case
                    when covered_until is null or span_start >= covered_until
                        then span_end - span_start
                    when span_end > covered_until then span_end - covered_until
                    else 0
                end as decimal(18, 9)
            )
        ) as active_business_days
    from ordered
    group by launch_id
)

select
    clocks.launch_id,
    clocks.ended - clocks.started as total_business_days,
    cast(coalesce(active.active_business_days, 0) as double) as active_business_days
from clocks
left join active on clocks.launch_id = active.launch_id
where clocks.ended > clocks.started
