with reversals as (
    select
        conversions.conversion_id,
        conversions.reverses_conversion_id,
        credits.attribution_model,
        credits.touchpoint_id,
        credits.weight
    from {{ ref('fct_conversions') }} as conversions
    inner join {{ ref('fct_attribution_credits') }} as credits
        on conversions.conversion_id = credits.conversion_id
    where conversions.reverses_conversion_id is not null
)

select
    reversals.conversion_id,
    reversals.attribution_model,
    reversals.touchpoint_id
from reversals
left join {{ ref('fct_attribution_credits') }} as originals
    on
        reversals.reverses_conversion_id = originals.conversion_id
        and reversals.attribution_model = originals.attribution_model
        and reversals.touchpoint_id = originals.touchpoint_id
where originals.weight is null or reversals.weight <> originals.weight
