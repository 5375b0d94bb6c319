select
    rule_id,
    source,
    object,
    dimension,
    field,
    reason,
    severity,
    records,
    open_opportunities,
    opportunities_without_rate,
    open_amount_reporting,
    fix_rank,
    first_seen_at
from {{ ref('int_quality__fixes') }}
