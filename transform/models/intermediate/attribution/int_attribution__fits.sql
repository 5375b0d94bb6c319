with fits as (
    select * from {{ ref('stg_attribution__fits') }}
),

fit_shares as (
    select * from {{ ref('stg_attribution__fit_shares') }}
)

select
    fits.model_fit_id,
    fits.attribution_model,
    fits.stage,
    fits.month,
    coalesce(fit_shares.channel, '(none)') as channel,
    fit_shares.effect,
    fit_shares.model_share,
    fit_shares.share_low,
    fit_shares.share_high,
    fit_shares.model_conversions,
    fit_shares.model_value,
    fit_shares.touch_share,
    fit_shares.credited_conversions,
    fit_shares.credited_value,
    fits.window_from_at,
    fits.window_until_at,
    fits.journeys,
    fits.conversions,
    fits.conversion_value,
    fits.p_conversion,
    fits.states,
    fits.clipped_effect,
    fits.interval_draws,
    fits.draw_seed,
    fits.parameters,
    fits.fingerprint,
    fits.refusal,
    fits.is_in_force,
    fits.fitted_at
from fits
left join fit_shares on fits.model_fit_id = fit_shares.model_fit_id
