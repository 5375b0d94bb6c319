{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['stage', 'month', 'lookback_days', 'attribution_model', 'channel'],
    meta={
        'reads': [
            'int_attribution__long_journeys',
            'int_attribution__fits_in_force',
            'int_conversions__conversions'
        ],
        'scope': ['stage', 'month']
    }
) }}
{%- set since = last_build() -%}
{%- set journey = ['conversion_id', 'reached_touches'] -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_conversions__conversions', 'month') }} as moved
    union all
    select {{ unit_key(['conversions.stage', month_of('conversions.converted_at')]) }} as unit
    from {{ ref('int_conversions__conversions') }} as conversions
    inner join {{ ref('int_conversions__conversions') }} as originals
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = originals.conversion_id
    where
        originals.conversion_id
        in {{ announced(since, 'int_attribution__long_journeys', 'conversion') }}
        or {{ unit_key(['originals.stage', month_of('originals.converted_at')]) }}
        in {{ announced(since, 'int_attribution__fits_in_force', 'month') }}
{%- endset -%}
{%- do recompute(since, units) %}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

lookbacks as (
    select * from {{ ref('int_attribution__lookbacks') }}
),

models as (
    select * from {{ ref('stg_config__attribution_models') }}
    where rule <> 'fitted'
),

fits as (
    select * from {{ ref('int_attribution__fits_in_force') }}
),

fit_shares as (
    select * from {{ ref('stg_attribution__fit_shares') }}
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
        {{ month_of('conversions.converted_at') }} as month,
        conversions.is_reversal,
        conversions.is_rate_missing,
        conversions.value_amount_reporting,
        {{ units_to_one('conversions.value_amount_reporting', 'currencies.minor_units') }} as scale
    from conversions
    cross join company
    left join currencies on company.reporting_currency = currencies.currency_code
    where {{ in_scope(since, ['conversions.stage', month_of('conversions.converted_at')]) }}
),

long_journeys as (
    select
        journeys.*,
        conversions.stage,
        conversions.converted_at
    from {{ ref('int_attribution__long_journeys') }} as journeys
    inner join conversions on journeys.conversion_id = conversions.conversion_id
    where journeys.conversion_id in (select amounts.weights_conversion_id from amounts)
),

reaches as (
    select
        long_journeys.conversion_id,
        lookbacks.lookback_days,
        sum(
            case
                when
                    long_journeys.touchpoint_id <> '(none)'
                    and long_journeys.touched_at
                    >= {{ add_days('long_journeys.converted_at', '-lookbacks.lookback_days') }}
                    then 1
                else 0
            end
        ) as reached_touches
    from long_journeys
    inner join lookbacks on long_journeys.stage = lookbacks.stage
    group by long_journeys.conversion_id, lookbacks.lookback_days
),

cuts as (
    -- What a lookback reaches are the last touches of a journey, so that lookbacks that reach as
    -- many, which follow each other, share their weights.
    select
        conversion_id,
        reached_touches,
        min(lookback_days) as shortest_days,
        max(lookback_days) as longest_days
    from reaches
    group by conversion_id, reached_touches
),

journeys as (
    select
        cuts.conversion_id,
        cuts.reached_touches,
        long_journeys.touchpoint_id,
        long_journeys.channel,
        long_journeys.touch_position - long_journeys.touch_count + cuts.reached_touches
            as touch_position,
        cuts.reached_touches as touch_count,
        long_journeys.age_days,
        long_journeys.half_life_days,
        long_journeys.touch_position - long_journeys.touch_count + cuts.reached_touches = 1
            as is_first,
        long_journeys.is_lead_creation,
        long_journeys.is_opportunity_creation,
        long_journeys.is_close,
        long_journeys.is_last,
        long_journeys.is_direct,
        long_journeys.touched_at
    from cuts
    inner join long_journeys
        on
            cuts.conversion_id = long_journeys.conversion_id
            and long_journeys.touch_count - cuts.reached_touches < long_journeys.touch_position
    union all
    select
        cuts.conversion_id,
        cuts.reached_touches,
        '(none)' as touchpoint_id,
        '(none)' as channel,
        1 as touch_position,
        1 as touch_count,
        0.0 as age_days,
        long_journeys.half_life_days,
        true as is_first,
        false as is_lead_creation,
        false as is_opportunity_creation,
        false as is_close,
        true as is_last,
        false as is_direct,
        long_journeys.converted_at as touched_at
    from cuts
    inner join long_journeys on cuts.conversion_id = long_journeys.conversion_id
    where cuts.reached_touches = 0 and long_journeys.is_last
),

{{ rule_weights(journey) }},

{{ fitted_weights(journey) }},

weights as (
    select
        conversion_id,
        reached_touches,
        touchpoint_id,
        attribution_model,
        weight,
        touched_at
    from rule_weights
    union all
    select
        conversion_id,
        reached_touches,
        touchpoint_id,
        attribution_model,
        weight,
        touched_at
    from fitted_weights
),

credited as (
    select
        amounts.conversion_id,
        amounts.stage,
        amounts.month,
        amounts.is_reversal,
        amounts.is_rate_missing,
        amounts.value_amount_reporting,
        amounts.scale,
        {{ in_units('amounts.value_amount_reporting', 'amounts.scale') }} as units,
        cuts.reached_touches,
        cuts.shortest_days,
        cuts.longest_days,
        weights.touchpoint_id,
        weights.attribution_model,
        weights.weight,
        weights.touched_at,
        journeys.channel
    from amounts
    inner join cuts on amounts.weights_conversion_id = cuts.conversion_id
    inner join weights
        on
            cuts.conversion_id = weights.conversion_id
            and cuts.reached_touches = weights.reached_touches
    inner join journeys
        on
            weights.conversion_id = journeys.conversion_id
            and weights.reached_touches = journeys.reached_touches
            and weights.touchpoint_id = journeys.touchpoint_id
),

scaled as (
    select
        *,
        {{ exact_part('units') }} as exact_units
    from credited
),

split as (
    select
        *,
        {{ whole_part('exact_units', 'units', journey) }} as whole_units
    from scaled
),

channels as (
    -- As decimals: sums of doubles depend on the order of the rows.
    select
        stage,
        month,
        shortest_days,
        longest_days,
        attribution_model,
        channel,
        sum(case when is_reversal then 0 else cast(weight as decimal(28, 18)) end) as conversions,
        sum({{ from_units('whole_units', 'scale', 'value_amount_reporting') }})
            as value_amount_reporting,
        max(case when is_rate_missing then 1 else 0 end) as rates_missing
    from split
    group by stage, month, shortest_days, longest_days, attribution_model, channel
)

select
    channels.stage,
    channels.month,
    lookbacks.lookback_days,
    channels.attribution_model,
    channels.channel,
    sum(channels.conversions) as conversions,
    sum(channels.value_amount_reporting) as value_amount_reporting,
    max(channels.rates_missing) = 1 as is_value_rate_missing
from channels
inner join lookbacks
    on
        channels.stage = lookbacks.stage
        and channels.shortest_days <= lookbacks.lookback_days
        and channels.longest_days >= lookbacks.lookback_days
group by
    channels.stage,
    channels.month,
    lookbacks.lookback_days,
    channels.attribution_model,
    channels.channel
