with company as (
    select * from {{ ref('stg_config__company') }}
),

sides as (
    select
        {{ month_of(date_in_zone('opportunities.created_at', 'company.reporting_time_zone')) }}
            as month,
        coalesce(opportunities.owner_id, '(no owner)') as owner_id,
        1 as opportunities,
        coalesce(opportunities.value_amount_reporting, 0) as amount_reporting
    from {{ ref('fct_opportunities') }} as opportunities
    cross join company
    where not opportunities.is_reversal
    union all
    select
        month,
        owner_id,
        -opportunities as opportunities,
        -amount_reporting as amount_reporting
    from {{ ref('rpt_pipeline_sourced') }}
)

select
    month,
    owner_id
from sides
group by month, owner_id
having sum(opportunities) <> 0 or sum(amount_reporting) <> 0
