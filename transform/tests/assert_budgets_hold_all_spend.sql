-- Money in is money out: each day of spend falls on one line or on none, and none is counted twice.
with lines as (
    select sum(actual_at_daily_rates_amount_reporting) as amount
    from {{ ref('fct_budget_lines') }}
),

spend as (
    select sum(spend_amount_reporting) as amount
    from {{ ref('fct_ad_performance') }}
),

parts as (
    select count(*) as lines_summed
    from {{ ref('fct_budget_lines') }}
)

select
    lines.amount as budget_amount,
    spend.amount as spend_amount
from lines
cross join spend
cross join parts
-- Each line is rounded to cents once.
where abs(coalesce(lines.amount, 0) - coalesce(spend.amount, 0)) > 0.005 * (parts.lines_summed + 1)
