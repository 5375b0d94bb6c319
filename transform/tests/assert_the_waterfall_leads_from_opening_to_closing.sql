select
    month,
    owner_id,
    segment
from {{ ref('rpt_pipeline_waterfall') }}
group by month, owner_id, segment
having
    sum(case when movement = 'closing' then -amount_reporting else amount_reporting end) <> 0
    or sum(
        case when movement = 'closing' then -due_amount_reporting else due_amount_reporting end
    ) <> 0
    or sum(
        case
            when movement in ('opening', 'new', 'reopened') then opportunities
            when movement in ('won', 'lost', 'closing') then -opportunities
            else 0
        end
    ) <> 0
