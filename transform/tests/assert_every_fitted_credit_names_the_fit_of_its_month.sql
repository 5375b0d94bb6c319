-- A reversal has the fit of what it reverses.
with conversions as (
    select * from {{ ref('fct_conversions') }}
),

credits as (
    select distinct
        conversion_id,
        attribution_model,
        model_fit_id
    from {{ ref('fct_attribution_credits') }}
)

select
    credits.conversion_id,
    credits.attribution_model
from credits
inner join conversions on credits.conversion_id = conversions.conversion_id
inner join conversions as originals
    on
        coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
        = originals.conversion_id
left join {{ ref('int_attribution__fits_in_force') }} as fits
    on
        credits.attribution_model = fits.attribution_model
        and originals.stage = fits.stage
        and {{ month_of('originals.converted_at') }} = fits.month
where
    coalesce(credits.model_fit_id, '(none)') <> coalesce(fits.model_fit_id, '(none)')
