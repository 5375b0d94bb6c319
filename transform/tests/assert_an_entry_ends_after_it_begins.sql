select
    entity_id,
    cycle_no,
    stage
from {{ ref('fct_lifecycle_events') }}
where exited_at < entered_at or (is_inferred and exited_at <> entered_at)
