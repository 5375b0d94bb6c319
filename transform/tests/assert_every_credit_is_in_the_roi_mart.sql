-- Value credited per model and stage is the same in the credits and beside the spend, to the cent.
with credits as (
    select
        attribution_model,
        stage,
        sum(value_amount_reporting) as value_amount,
        sum(case when is_reversal then 0 else weight end) as conversions
    from {{ ref('int_attribution__credits') }}
    group by attribution_model, stage
),

slices as (
    select
        attribution_model,
        stage,
        sum(value_amount_reporting) as value_amount,
        sum(conversions) as conversions
    from {{ ref('rpt_channel_roi') }}
    group by attribution_model, stage
)

select
    credits.attribution_model,
    credits.stage,
    credits.value_amount as value_credited,
    slices.value_amount as value_in_mart
from credits
left join slices
    on
        credits.attribution_model = slices.attribution_model
        and credits.stage = slices.stage
where
    slices.stage is null
    or coalesce(credits.value_amount, 0) <> coalesce(slices.value_amount, 0)
    or abs(credits.conversions - slices.conversions) > 0.000001
