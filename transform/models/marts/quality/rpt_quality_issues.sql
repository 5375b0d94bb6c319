select
    issue_number,
    rule_id,
    source,
    object,
    published_record_id as record_id,
    person_id,
    account_id,
    dimension,
    field,
    reason,
    severity,
    is_open,
    open_opportunities,
    cast(open_amount_reporting as decimal(18, 2)) as open_amount_reporting,
    first_seen_at,
    last_seen_at,
    resolved_at
from {{ ref('int_quality__issues') }}
