-- Of the deals that were won. A median over all of them, lost ones as not yet arrived, is reached
-- only where more than half is won.
select
    count(*) as cycles,
    {{ percentile('days_observed', 0.5) }} as median_cycle_days
from {{ ref('int_funnel__transitions') }}
where
    to_stage = 'won'
    and segment = '(all)'
    and is_reached
    and not is_from_inferred
    and not is_to_inferred
    and days_observed >= 0
