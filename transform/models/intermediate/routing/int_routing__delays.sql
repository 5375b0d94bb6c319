-- A touch ends both delays: whoever calls before anybody was assigned leaves no human one.
with moments as (
    select * from {{ ref('int_routing__moments') }}
),

clocks as (
    select
        lead_id,
        calendar,
        max(case when moment = 'arrived' then business_seconds end) as arrived,
        max(case when moment = 'assigned' then business_seconds end) as assigned,
        max(case when moment = 'reached_required' then business_seconds end) as reached_required,
        max(case when moment = 'touched' then business_seconds end) as touched,
        max(case when moment = 'as_of' then business_seconds end) as as_of,
        max(case when moment = 'touched' then happened_at end) as touched_at
    from moments
    group by lead_id, calendar
)

select
    lead_id,
    calendar,
    touched_at,
    (least(assigned, touched) - arrived) / 3600.0 as system_delay_hours,
    (touched - least(assigned, touched)) / 3600.0 as human_delay_hours,
    (touched - arrived) / 3600.0 as speed_to_lead_hours,
    (assigned - arrived) / 3600.0 as assigned_hours,
    (as_of - arrived) / 3600.0 as open_hours,
    (as_of - assigned) / 3600.0 as assigned_open_hours,
    (least(reached_required, touched) - coalesce(assigned, arrived)) / 3600.0 as lost_hours,
    assigned is not null as is_assigned,
    touched is not null as is_touched
from clocks
