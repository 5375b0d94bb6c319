-- The total of a window is neither more than was created nor less than any of its channels has.
with totals as (
    select * from {{ ref('rpt_pipeline_influenced') }}
    where scope = 'all'
),

sourced as (
    select
        month,
        sum(opportunities) as opportunities,
        sum(amount_reporting) as amount_reporting
    from {{ ref('rpt_pipeline_sourced') }}
    group by month
),

pieces as (
    select
        month,
        window_months,
        max(influenced_opportunities) as most,
        max(influenced_amount_reporting) as highest
    from {{ ref('rpt_pipeline_influenced') }}
    group by month, window_months
)

select
    pieces.month,
    pieces.window_months
from pieces
left join totals
    on pieces.month = totals.month and pieces.window_months = totals.window_months
left join sourced on pieces.month = sourced.month
where
    totals.month is null
    or totals.influenced_opportunities < pieces.most
    or totals.influenced_amount_reporting < pieces.highest
    or totals.influenced_opportunities > totals.created_opportunities
    or (
        pieces.window_months = 1
        and (
            totals.created_opportunities <> sourced.opportunities
            or totals.created_amount_reporting <> sourced.amount_reporting
        )
    )
