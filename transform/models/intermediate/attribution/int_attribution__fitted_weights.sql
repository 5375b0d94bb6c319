{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': [
            'int_attribution__journeys',
            'int_attribution__fits_in_force',
            'int_conversions__conversions'
        ],
        'scope': ['conversion_id'],
        'feeds': {'conversion': ['conversion_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_attribution__journeys', 'conversion') }} as journeys
    union all
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
    union all
    select conversion_id as unit
    from {{ ref('int_conversions__conversions') }}
    where
        {{ unit_key(['stage', month_of('converted_at')]) }}
        in {{ announced(since, 'int_attribution__fits_in_force', 'month') }}
{%- endset -%}
{%- do recompute(since, units) %}
with journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where {{ in_scope(since, ['conversion_id']) }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

fits as (
    select * from {{ ref('int_attribution__fits_in_force') }}
),

fit_shares as (
    select * from {{ ref('stg_attribution__fit_shares') }}
),

shares as (
    -- A channel that the fit has not seen has no effect.
    select
        journeys.conversion_id,
        journeys.touchpoint_id,
        journeys.touch_position,
        journeys.touch_count,
        journeys.touched_at,
        fits.attribution_model,
        fits.model_fit_id,
        coalesce(fit_shares.touch_share, 0.0) as touch_share
    from journeys
    inner join conversions on journeys.conversion_id = conversions.conversion_id
    inner join fits
        on
            conversions.stage = fits.stage
            and {{ month_of('conversions.converted_at') }} = fits.month
    left join fit_shares
        on
            fits.model_fit_id = fit_shares.model_fit_id
            and journeys.channel = fit_shares.channel
),

scaled as (
    -- The largest is 1, so that sums of decimals lose nothing where every effect is small.
    select
        *,
        touch_share / nullif(
            max(touch_share) over (partition by conversion_id, attribution_model), 0
        ) as raw_weight
    from shares
),

totals as (
    select
        *,
        {{ journey_total('raw_weight') }} as raw_total
    from scaled
)

select
    conversion_id,
    touchpoint_id,
    attribution_model,
    model_fit_id,
    touch_position,
    -- Where all effects are 0, and where there is no fit, the touches share alike.
    coalesce(raw_weight / raw_total, 1.0 / touch_count) as weight,
    touched_at
from totals
