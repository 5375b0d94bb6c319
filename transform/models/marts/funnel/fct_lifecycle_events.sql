select
    {{ surrogate_key(['entity_type', 'entity_id', 'cycle_no', 'stage']) }} as lifecycle_event_id,
    entity_type,
    entity_id,
    person_id,
    account_id,
    opportunity_id,
    cast(cycle_no as bigint) as cycle_no,
    stage,
    moved_from,
    is_inferred,
    is_backward,
    entered_at,
    exited_at
from {{ ref('int_funnel__lifecycle_events') }}
