{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': [
            'int_attribution__journeys',
            'int_attribution__fits_in_force',
            'int_attribution__touch_uses',
            'int_conversions__conversions'
        ],
        'scope': ['conversion_id'],
        'feeds': {
            'conversion': ['conversion_id'],
            'day': ['cast(converted_at as date)']
        }
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
    union all
    -- A conversion and what reverses it.
    select conversions.conversion_id as unit
    from {{ ref('int_conversions__conversions') }} as conversions
    inner join (
        select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as own
        union
        select unit from {{ announced(since, 'int_attribution__journeys', 'conversion') }} as paths
        union
        select conversion_id as unit
        from {{ ref('int_attribution__journeys') }}
        where touchpoint_id in {{ announced(since, 'int_attribution__touch_uses', 'touchpoint') }}
        union
        select conversion_id as unit
        from {{ ref('int_conversions__conversions') }}
        where
            {{ unit_key(['stage', month_of('converted_at')]) }}
            in {{ announced(since, 'int_attribution__fits_in_force', 'month') }}
    ) as moved
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = moved.unit
{%- endset -%}
{%- do recompute(since, units) %}
{%- set lists -%}
    select conversion_id as unit
    from {{ ref('int_attribution__journeys') }}
    where {{ in_scope(since, ['conversion_id']) }}
{%- endset %}
with journeys as (
    select * from {{ ref('int_attribution__journeys') }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where {{ in_scope(since, ['conversion_id']) }} and {{ in_part('conversion_id', lists) }}
),

originals as (
    select * from {{ ref('int_conversions__conversions') }}
),

models as (
    select * from {{ ref('stg_config__attribution_models') }}
),

fits as (
    select * from {{ ref('int_attribution__fits_in_force') }}
),

fit_shares as (
    select * from {{ ref('stg_attribution__fit_shares') }}
),

touch_uses as (
    select * from {{ ref('int_attribution__touch_uses') }}
),

currencies as (
    select * from {{ ref('stg_config__currencies') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

amounts as (
    -- A reversal has the touches and the fits of what it reverses.
    select
        conversions.conversion_id,
        conversions.stage,
        conversions.value_amount,
        conversions.value_amount_reporting,
        conversions.currency_code,
        conversions.is_reversal,
        conversions.converted_at,
        originals.conversion_id as weights_conversion_id,
        originals.stage as fit_stage,
        {{ month_of('originals.converted_at') }} as fit_month,
        {{ units_to_one('conversions.value_amount', 'native.minor_units') }} as native_scale,
        {{ units_to_one('conversions.value_amount_reporting', 'reporting.minor_units') }}
            as reporting_scale
    from conversions
    inner join originals
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = originals.conversion_id
    cross join company
    left join currencies as native on conversions.currency_code = native.currency_code
    left join currencies as reporting on company.reporting_currency = reporting.currency_code
),

touches as (
    select
        amounts.*,
        journeys.touchpoint_id,
        journeys.channel,
        journeys.campaign_id,
        cast(journeys.touch_position as bigint) as touch_position,
        journeys.age_days,
        journeys.half_life_days,
        journeys.is_direct,
        journeys.is_lead_creation,
        journeys.is_opportunity_creation,
        journeys.is_close,
        journeys.touched_at,
        coalesce(touch_uses.conversions, 1) as touch_reuses,
        {{ in_units('amounts.value_amount', 'amounts.native_scale') }} as native_units,
        {{ in_units('amounts.value_amount_reporting', 'amounts.reporting_scale') }}
            as reporting_units
    from amounts
    inner join journeys on amounts.weights_conversion_id = journeys.conversion_id
    left join touch_uses
        on
            journeys.touchpoint_id = touch_uses.touchpoint_id
            and amounts.stage = touch_uses.stage
            and amounts.is_reversal = touch_uses.is_reversal
),

{{ credited(['conversion_id']) }}

select
    touches.conversion_id,
    touches.touchpoint_id,
    credited.attribution_model,
    touches.stage,
    touches.channel,
    touches.campaign_id,
    touches.touch_position,
    credited.weight,
    credited.micros as credit_micros,
    {{ from_units('credited.native_units', 'touches.native_scale', 'touches.value_amount') }}
        as value_amount,
    touches.currency_code,
    case
        when touches.value_amount is null then cast(0 as decimal(18, 2))
        when touches.value_amount_reporting is not null
            then {{ from_units(
                'credited.reporting_units',
                'touches.reporting_scale',
                'touches.value_amount_reporting'
            ) }}
    end as value_amount_reporting,
    fits.model_fit_id,
    touches.touch_reuses,
    touches.is_reversal,
    touches.touched_at,
    touches.converted_at
from credited
inner join touches
    on
        credited.conversion_id = touches.conversion_id
        and credited.touch_position = touches.touch_position
left join fits
    on
        credited.attribution_model = fits.attribution_model
        and touches.fit_stage = fits.stage
        and touches.fit_month = fits.month
