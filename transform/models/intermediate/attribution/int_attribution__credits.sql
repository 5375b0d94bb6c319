{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': [
            'int_attribution__weights',
            'int_attribution__fitted_weights',
            'int_attribution__journeys',
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
        select unit from {{ announced(since, 'int_attribution__weights', 'conversion') }} as weights
        union
        select unit
        from {{ announced(since, 'int_attribution__fitted_weights', 'conversion') }} as fitted
        union
        select unit from {{ announced(since, 'int_attribution__journeys', 'conversion') }} as paths
        union
        select conversion_id as unit
        from {{ ref('int_attribution__journeys') }}
        where touchpoint_id in {{ announced(since, 'int_attribution__touch_uses', 'touchpoint') }}
    ) as moved
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = moved.unit
{%- endset -%}
{%- do recompute(since, units) %}
with weights as (
    select
        conversion_id,
        touchpoint_id,
        attribution_model,
        cast(null as varchar) as model_fit_id,
        touch_position,
        weight,
        touched_at
    from {{ ref('int_attribution__weights') }}
    union all
    select
        conversion_id,
        touchpoint_id,
        attribution_model,
        model_fit_id,
        touch_position,
        weight,
        touched_at
    from {{ ref('int_attribution__fitted_weights') }}
),

journeys as (
    select * from {{ ref('int_attribution__journeys') }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where {{ in_scope(since, ['conversion_id']) }}
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
    select
        conversions.conversion_id,
        coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            as weights_conversion_id,
        conversions.stage,
        conversions.is_reversal,
        conversions.value_amount,
        conversions.value_amount_reporting,
        conversions.currency_code,
        conversions.converted_at,
        {{ units_to_one('conversions.value_amount', 'native.minor_units') }} as native_scale,
        {{ units_to_one('conversions.value_amount_reporting', 'reporting.minor_units') }}
            as reporting_scale
    from conversions
    cross join company
    left join currencies as native on conversions.currency_code = native.currency_code
    left join currencies as reporting on company.reporting_currency = reporting.currency_code
),

credited as (
    select
        amounts.*,
        weights.touchpoint_id,
        weights.attribution_model,
        weights.model_fit_id,
        weights.touch_position,
        weights.weight,
        weights.touched_at,
        {{ in_units('amounts.value_amount', 'amounts.native_scale') }} as native_units,
        {{ in_units('amounts.value_amount_reporting', 'amounts.reporting_scale') }}
            as reporting_units
    from amounts
    inner join weights on amounts.weights_conversion_id = weights.conversion_id
),

scaled as (
    select
        *,
        {{ exact_part('1000000') }} as exact_micros,
        {{ exact_part('native_units') }} as exact_native,
        {{ exact_part('reporting_units') }} as exact_reporting
    from credited
),

split as (
    select
        *,
        {{ whole_part('exact_micros', '1000000', ['conversion_id']) }} as micros,
        {{ whole_part('exact_native', 'native_units', ['conversion_id']) }} as native_share,
        {{ whole_part('exact_reporting', 'reporting_units', ['conversion_id']) }}
            as reporting_share
    from scaled
)

select
    split.conversion_id,
    split.touchpoint_id,
    split.attribution_model,
    split.stage,
    journeys.channel,
    journeys.campaign_id,
    cast(split.touch_position as bigint) as touch_position,
    split.weight,
    cast(split.micros as bigint) as credit_micros,
    {{ from_units('split.native_share', 'split.native_scale', 'split.value_amount') }}
        as value_amount,
    split.currency_code,
    case
        when split.value_amount is null then cast(0 as decimal(18, 2))
        when split.value_amount_reporting is not null
            then {{ from_units(
                'split.reporting_share', 'split.reporting_scale', 'split.value_amount_reporting'
            ) }}
    end as value_amount_reporting,
    split.model_fit_id,
    coalesce(touch_uses.conversions, 1) as touch_reuses,
    split.is_reversal,
    split.touched_at,
    split.converted_at
from split
inner join journeys
    on
        split.weights_conversion_id = journeys.conversion_id
        and split.touchpoint_id = journeys.touchpoint_id
left join touch_uses
    on
        split.touchpoint_id = touch_uses.touchpoint_id
        and split.stage = touch_uses.stage
        and split.is_reversal = touch_uses.is_reversal
