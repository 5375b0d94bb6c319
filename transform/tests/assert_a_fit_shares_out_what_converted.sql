-- Touch credits of a fit come to its conversions and their value, shares to one, and a chain
-- converts as often as its journeys.
with totals as (
    select
        model_fit_id,
        attribution_model,
        max(conversions) as conversions,
        max(conversion_value) as conversion_value,
        max(journeys) as journeys,
        max(p_conversion) as p_conversion,
        max(abs(effect)) as largest_effect,
        sum(model_share) as model_share,
        sum(model_conversions) as model_conversions,
        sum(credited_conversions) as credited_conversions,
        sum(credited_value) as credited_value
    from {{ ref('rpt_attribution_fits') }}
    where refusal is null
    group by model_fit_id, attribution_model
)

select *
from totals
where
    (
        largest_effect > 0
        and (
            abs(model_share - 1) > 0.000000001
            or abs(model_conversions - credited_conversions) > 0.000001
        )
    )
    or abs(credited_conversions - conversions) > 0.000001
    or abs(credited_value - conversion_value) > 0.01
    or abs(p_conversion - cast(conversions as double) / journeys) > 0.000000001
