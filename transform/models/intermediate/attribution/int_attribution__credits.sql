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
with journeys as (
    select * from {{ ref('int_attribution__journeys') }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where {{ in_scope(since, ['conversion_id']) }}
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
        conversions.*,
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
        journeys.*,
        amounts.conversion_id as credited_id,
        amounts.fit_stage as stage,
        amounts.fit_month as month,
        {{ in_units('amounts.value_amount', 'amounts.native_scale') }} as native_units,
        {{ in_units('amounts.value_amount_reporting', 'amounts.reporting_scale') }}
            as reporting_units
    from amounts
    inner join journeys on amounts.weights_conversion_id = journeys.conversion_id
),

{{ credited(['credited_id']) }}

select
    amounts.conversion_id,
    touches.touchpoint_id,
    credited.attribution_model,
    amounts.stage,
    touches.channel,
    touches.campaign_id,
    cast(touches.touch_position as bigint) as touch_position,
    credited.weight,
    credited.micros as credit_micros,
    {{ from_units('credited.native_units', 'amounts.native_scale', 'amounts.value_amount') }}
        as value_amount,
    amounts.currency_code,
    case
        when amounts.value_amount is null then cast(0 as decimal(18, 2))
        when amounts.value_amount_reporting is not null
            then {{ from_units(
                'credited.reporting_units',
                'amounts.reporting_scale',
                'amounts.value_amount_reporting'
            ) }}
    end as value_amount_reporting,
    fits.model_fit_id,
    coalesce(touch_uses.conversions, 1) as touch_reuses,
    amounts.is_reversal,
    touches.touched_at,
    amounts.converted_at
from credited
inner join amounts on credited.credited_id = amounts.conversion_id
inner join touches
    on
        credited.credited_id = touches.credited_id
        and credited.touch_position = touches.touch_position
left join fits
    on
        credited.attribution_model = fits.attribution_model
        and amounts.fit_stage = fits.stage
        and amounts.fit_month = fits.month
left join touch_uses
    on
        touches.touchpoint_id = touch_uses.touchpoint_id
        and amounts.stage = touch_uses.stage
        and amounts.is_reversal = touch_uses.is_reversal
