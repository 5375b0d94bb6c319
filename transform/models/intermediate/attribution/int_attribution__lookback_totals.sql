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
{%- set month = ['conversions.stage', month_of('conversions.converted_at')] -%}
{%- set lists -%}
    select {{ unit_key(month) }} as unit
    from {{ ref('int_attribution__long_journeys') }} as journeys
    inner join {{ ref('int_conversions__conversions') }} as conversions
        on journeys.conversion_id = conversions.conversion_id
    inner join {{ ref('int_attribution__lookbacks') }} as lookbacks
        on conversions.stage = lookbacks.stage
    where {{ in_scope(since, month) }}
{%- endset %}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

lookbacks as (
    select * from {{ ref('int_attribution__lookbacks') }}
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
        originals.conversion_id as weights_conversion_id,
        conversions.stage,
        {{ month_of('conversions.converted_at') }} as month,
        originals.stage as fit_stage,
        {{ month_of('originals.converted_at') }} as fit_month,
        conversions.is_reversal,
        conversions.is_rate_missing,
        conversions.value_amount_reporting,
        {{ units_to_one('conversions.value_amount_reporting', 'currencies.minor_units') }} as scale
    from conversions
    inner join conversions as originals
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = originals.conversion_id
    cross join company
    left join currencies on company.reporting_currency = currencies.currency_code
    where
        {{ in_scope(since, month) }}
        and {{ in_part(unit_key(month), lists) }}
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
        count(
            case
                when
                    long_journeys.touchpoint_id <> '(none)'
                    and long_journeys.touched_at
                    >= {{ add_days('long_journeys.converted_at', '-lookbacks.lookback_days') }}
                    then 1
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
        cuts.*,
        long_journeys.touchpoint_id,
        long_journeys.channel,
        long_journeys.touch_position - long_journeys.touch_count + cuts.reached_touches
            as touch_position,
        long_journeys.age_days,
        long_journeys.half_life_days,
        long_journeys.is_lead_creation,
        long_journeys.is_opportunity_creation,
        long_journeys.is_close,
        long_journeys.is_direct,
        long_journeys.touched_at
    from cuts
    inner join long_journeys
        on
            cuts.conversion_id = long_journeys.conversion_id
            and long_journeys.touch_count - cuts.reached_touches < long_journeys.touch_position
    union all
    select
        cuts.*,
        '(none)' as touchpoint_id,
        '(none)' as channel,
        1 as touch_position,
        0.0 as age_days,
        long_journeys.half_life_days,
        false as is_lead_creation,
        false as is_opportunity_creation,
        false as is_close,
        false as is_direct,
        long_journeys.converted_at as touched_at
    from cuts
    inner join long_journeys on cuts.conversion_id = long_journeys.conversion_id
    where cuts.reached_touches = 0 and long_journeys.is_last
),

touches as (
    select
        journeys.*,
        amounts.conversion_id as credited_id,
        amounts.fit_stage,
        amounts.fit_month,
        cast(0 as bigint) as native_units,
        {{ in_units('amounts.value_amount_reporting', 'amounts.scale') }} as reporting_units
    from amounts
    inner join journeys on amounts.weights_conversion_id = journeys.conversion_id
),

{{ credited(['credited_id', 'reached_touches']) }},

channels as (
    -- As decimals: sums of doubles depend on the order of the rows.
    select
        amounts.stage,
        amounts.month,
        touches.shortest_days,
        touches.longest_days,
        credited.attribution_model,
        touches.channel,
        sum(case when amounts.is_reversal then 0 else cast(credited.weight as decimal(28, 18)) end)
            as conversions,
        sum(
            {{ from_units(
                'credited.reporting_units', 'amounts.scale', 'amounts.value_amount_reporting'
            ) }}
        ) as value_amount_reporting,
        max(case when amounts.is_rate_missing then 1 else 0 end) as rates_missing
    from credited
    inner join amounts on credited.credited_id = amounts.conversion_id
    inner join touches
        on
            credited.credited_id = touches.credited_id
            and credited.reached_touches = touches.reached_touches
            and credited.touch_position = touches.touch_position
    group by
        amounts.stage,
        amounts.month,
        touches.shortest_days,
        touches.longest_days,
        credited.attribution_model,
        touches.channel
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
