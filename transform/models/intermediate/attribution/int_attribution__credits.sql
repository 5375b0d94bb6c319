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
    -- Amounts are stored with two decimals: a currency of none is split in whole units, unless the
    -- amount itself has a fraction, and a currency of three in hundredths.
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
        case
            when
                coalesce(native.minor_units, 2) = 0
                and conversions.value_amount = round(conversions.value_amount, 0)
                then 1
            else 100
        end as native_scale,
        case
            when
                coalesce(reporting.minor_units, 2) = 0
                and conversions.value_amount_reporting
                = round(conversions.value_amount_reporting, 0)
                then 1
            else 100
        end as reporting_scale
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
        cast(abs(coalesce(amounts.value_amount, 0)) * amounts.native_scale as bigint)
            as native_units,
        cast(abs(coalesce(amounts.value_amount_reporting, 0)) * amounts.reporting_scale as bigint)
            as reporting_units
    from amounts
    inner join weights on amounts.weights_conversion_id = weights.conversion_id
),

scaled as (
    -- Six decimals of a unit: what binary fractions add beyond them must not break a tie.
    select
        *,
        round(weight * 1000000, 6) as exact_micros,
        round(weight * native_units, 6) as exact_native,
        round(weight * reporting_units, 6) as exact_reporting
    from credited
),

ranked as (
    -- Largest remainder; ties to the earlier touch, then the smaller id.
    select
        *,
        row_number() over (
            partition by conversion_id, attribution_model
            order by
                exact_micros - floor(exact_micros) desc, touched_at asc, touchpoint_id asc
        ) as micros_rank,
        row_number() over (
            partition by conversion_id, attribution_model
            order by
                exact_native - floor(exact_native) desc, touched_at asc, touchpoint_id asc
        ) as native_rank,
        row_number() over (
            partition by conversion_id, attribution_model
            order by
                exact_reporting - floor(exact_reporting) desc, touched_at asc, touchpoint_id asc
        ) as reporting_rank,
        1000000 - sum(floor(exact_micros)) over (
            partition by conversion_id, attribution_model
        ) as micros_left,
        native_units - sum(floor(exact_native)) over (
            partition by conversion_id, attribution_model
        ) as native_left,
        reporting_units - sum(floor(exact_reporting)) over (
            partition by conversion_id, attribution_model
        ) as reporting_left
    from scaled
),

split as (
    select
        *,
        floor(exact_micros) + case when micros_rank <= micros_left then 1 else 0 end as micros,
        floor(exact_native) + case when native_rank <= native_left then 1 else 0 end
            as native_share,
        floor(exact_reporting) + case when reporting_rank <= reporting_left then 1 else 0 end
            as reporting_share
    from ranked
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
    cast(
        case when split.value_amount < 0 then -1 else 1 end
        * cast(split.native_share as decimal(20, 0)) / split.native_scale as decimal(18, 2)
    ) as value_amount,
    split.currency_code,
    case
        when split.value_amount is null then cast(0 as decimal(18, 2))
        when split.value_amount_reporting is not null
            then cast(
                case when split.value_amount_reporting < 0 then -1 else 1 end
                * cast(split.reporting_share as decimal(20, 0)) / split.reporting_scale
                as decimal(18, 2)
            )
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
