with last_month as (
    select max(month) as month
    from {{ ref('rpt_pipeline_waterfall') }}
),

sides as (
    select
        waterfall.owner_id,
        waterfall.opportunities,
        waterfall.amount_reporting
    from {{ ref('rpt_pipeline_waterfall') }} as waterfall
    inner join last_month on waterfall.month = last_month.month
    where waterfall.movement = 'closing'
    union all
    select
        owner_id,
        -opportunities as opportunities,
        -open_amount_reporting as amount_reporting
    from {{ ref('rpt_pipeline') }}
)

select owner_id
from sides
group by owner_id
having sum(opportunities) <> 0 or sum(amount_reporting) <> 0
