with outcomes as (
    select * from {{ ref('int_routing__outcomes') }}
)

select
    lead_id,
    person_id,
    account_id,
    rule_name,
    pool_name,
    calendar,
    system_delay_hours,
    human_delay_hours,
    speed_to_lead_hours,
    observed_hours,
    assign_within_hours,
    respond_within_hours,
    assign_state,
    respond_state,
    is_assigned,
    is_touched,
    arrived_at,
    assigned_at,
    touched_at
from outcomes
