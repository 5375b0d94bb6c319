with source_rows as (
    select * from {{ source('attribution', 'fits') }}
)

select
    cast(fit_id as varchar) as model_fit_id,
    cast(model as varchar) as attribution_model,
    cast(stage as varchar) as stage,
    cast(month as date) as month,
    cast(window_from as timestamp) as window_from_at,
    cast(window_until as timestamp) as window_until_at,
    cast(parameters as varchar) as parameters,
    cast(fingerprint as varchar) as fingerprint,
    cast(journeys as bigint) as journeys,
    cast(conversions as bigint) as conversions,
    cast(value as double) as conversion_value,
    cast(p_conversion as double) as p_conversion,
    cast(states as bigint) as states,
    cast(clipped as double) as clipped_effect,
    cast(interval_draws as bigint) as interval_draws,
    cast(draw_seed as bigint) as draw_seed,
    cast(refusal as varchar) as refusal,
    cast(is_in_force as boolean) as is_in_force,
    cast(fitted_at as timestamp) as fitted_at
from source_rows
