with outcomes as (
    select * from {{ ref('int_routing__outcomes') }}
)

select
    lead_id,
    person_id,
    account_id,
    source as source_system,
    rules_version,
    rule_name,
    pool_name,
    case
        when required_owner is not null then {{ surrogate_key(['source', 'required_owner']) }}
    end as required_owner_id,
    case
        when first_owner is not null then {{ surrogate_key(['source', 'first_owner']) }}
    end as first_owner_id,
    routing_state,
    misroute_kind,
    explanation,
    lost_hours,
    cost_amount_reporting,
    is_accurate,
    is_assigned_late,
    was_reassigned_within_7_days,
    is_observed,
    arrived_at,
    assigned_at,
    reassigned_at
from outcomes
