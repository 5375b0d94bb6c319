with month_ends as (
    select * from {{ ref('int_opportunities__month_ends') }}
),

months as (
    select * from {{ ref('int_opportunities__months') }}
),

closing as (
    select
        opportunity_id,
        month,
        'closing' as movement,
        amount_reporting,
        case when is_due then amount_reporting else 0 end as due_amount_reporting,
        is_rate_missing,
        is_value_stated,
        cast(null as timestamp) as moved_at
    from month_ends
),

opening as (
    -- What the month before has closed with, and what of it is due now.
    select
        month_ends.opportunity_id,
        months.month,
        'opening' as movement,
        month_ends.amount_reporting,
        case when month_ends.is_due_next then month_ends.amount_reporting else 0 end
            as due_amount_reporting,
        month_ends.is_rate_missing,
        month_ends.is_value_stated,
        cast(null as timestamp) as moved_at
    from month_ends
    inner join months as closed_months on month_ends.month = closed_months.month
    inner join months on closed_months.next_month = months.month
)

select * from opening
union all
select * from closing
union all
select
    opportunity_id,
    month,
    movement,
    amount_reporting,
    due_amount_reporting,
    is_rate_missing,
    is_value_stated,
    moved_at
from {{ ref('int_opportunities__movements') }}
