with ends as (
    select
        {{ month_of(add_days('month', 31)) }} as month,
        owner_id,
        segment,
        opportunities,
        amount_reporting
    from {{ ref('rpt_pipeline_waterfall') }}
    where movement = 'closing' and is_complete
    union all
    select
        month,
        owner_id,
        segment,
        -opportunities as opportunities,
        -amount_reporting as amount_reporting
    from {{ ref('rpt_pipeline_waterfall') }}
    where movement = 'opening'
)

select
    month,
    owner_id,
    segment
from ends
group by month, owner_id, segment
having sum(opportunities) <> 0 or sum(amount_reporting) <> 0
