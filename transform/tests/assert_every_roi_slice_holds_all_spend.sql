-- Spend stands once in every model and stage: each slice sums to the spend of the ad mart.
with slices as (
    select
        attribution_model,
        stage,
        sum(spend_amount_reporting) as spend_amount
    from {{ ref('rpt_channel_roi') }}
    group by attribution_model, stage
),

spend as (
    select coalesce(sum(spend_amount_reporting), 0) as spend_amount
    from {{ ref('fct_ad_performance') }}
)

select
    slices.attribution_model,
    slices.stage,
    slices.spend_amount as spend_in_slice,
    spend.spend_amount
from slices
cross join spend
where coalesce(slices.spend_amount, 0) <> spend.spend_amount
