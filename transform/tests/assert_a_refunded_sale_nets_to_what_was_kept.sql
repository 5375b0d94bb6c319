-- Sale and refunds of one touch and model cancel as they do in the conversions, in both currencies.
with netted as (
    select
        coalesce(conversions.reverses_conversion_id, conversions.conversion_id) as sale_id,
        sum(conversions.value_amount) as value_amount,
        sum(conversions.value_amount_reporting) as value_amount_reporting,
        max(case when conversions.is_reversal then 1 else 0 end) as reversals
    from {{ ref('fct_conversions') }} as conversions
    where conversions.stage = 'won'
    group by coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
),

fully_refunded as (
    select sale_id from netted
    where reversals = 1 and value_amount = 0
)

select
    fully_refunded.sale_id,
    credits.attribution_model,
    credits.touchpoint_id
from fully_refunded
inner join {{ ref('fct_conversions') }} as conversions
    on
        fully_refunded.sale_id
        = coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
inner join {{ ref('fct_attribution_credits') }} as credits
    on conversions.conversion_id = credits.conversion_id
group by fully_refunded.sale_id, credits.attribution_model, credits.touchpoint_id
having sum(credits.value_amount) <> 0 or coalesce(sum(credits.value_amount_reporting), 0) <> 0
