with accuracy as (
    select * from {{ ref('int_routing__accuracy') }}
)

select
    period,
    starts_on,
    ends_on,
    segment_kind,
    segment,
    leads,
    judged_leads,
    accurate_leads,
    routing_accuracy_share,
    wrong_owner_leads,
    out_of_turn_leads,
    inactive_owner_leads,
    unassigned_leads,
    late_leads,
    settled_leads,
    reassigned_leads,
    reassigned_within_7_days_share,
    open_misroutes,
    lost_hours,
    cost_amount_reporting,
    is_complete
from accuracy
