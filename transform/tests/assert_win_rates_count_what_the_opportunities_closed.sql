with company as (
    select * from {{ ref('stg_config__company') }}
),

closed as (
    select
        {{ month_of(date_in_zone('opportunities.closed_at', 'company.reporting_time_zone')) }}
            as month,
        sum(case when opportunities.is_won then 1 else 0 end) as won,
        sum(case when opportunities.is_lost then 1 else 0 end) as lost,
        coalesce(
            sum(case when opportunities.is_won then opportunities.value_amount_reporting end), 0
        ) as won_amount
    from {{ ref('fct_opportunities') }} as opportunities
    cross join company
    where not opportunities.is_reversal and not opportunities.is_open
    group by 1
),

velocity as (
    select
        month,
        case when segment = '(all)' then 'whole' else 'parts' end as side,
        sum(won_opportunities) as won,
        sum(lost_opportunities) as lost,
        sum(won_amount_reporting) as won_amount
    from {{ ref('rpt_pipeline_velocity') }}
    where window_months = 1
    group by 1, 2
)

select
    velocity.month,
    velocity.side
from velocity
left join closed on velocity.month = closed.month
where
    velocity.won <> coalesce(closed.won, 0)
    or velocity.lost <> coalesce(closed.lost, 0)
    or velocity.won_amount <> coalesce(closed.won_amount, 0)
union all
select
    closed.month,
    'whole' as side
from closed
left join velocity on closed.month = velocity.month and velocity.side = 'whole'
where velocity.month is null
