with speed as (
    select * from {{ ref('int_routing__speed') }}
)

select
    period,
    starts_on,
    ends_on,
    segment_kind,
    segment,
    delay,
    leads,
    finished_leads,
    met_leads,
    missed_leads,
    met_share,
    p50_hours,
    p75_hours,
    p90_hours,
    is_complete
from speed
