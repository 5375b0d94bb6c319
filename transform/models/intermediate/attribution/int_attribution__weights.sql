{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': ['int_attribution__journeys'],
        'scope': ['conversion_id'],
        'feeds': {'conversion': ['conversion_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_attribution__journeys', 'conversion') }} as journeys
{%- endset -%}
{%- do recompute(since, units) %}
with journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where {{ in_scope(since, ['conversion_id']) }}
),

models as (
    select * from {{ ref('stg_config__attribution_models') }}
    where rule <> 'fitted'
),

measured as (
    select
        journeys.*,
        min(journeys.age_days) over (partition by journeys.conversion_id) as last_age_days,
        coalesce(
            max(case when not journeys.is_direct then journeys.touch_position end) over (
                partition by journeys.conversion_id
            ),
            journeys.touch_count
        ) as last_non_direct_position
    from journeys
),

milestones as (
    -- A touch that holds several milestones adds their shares.
    select
        measured.conversion_id,
        measured.touchpoint_id,
        measured.touch_position,
        measured.touch_count,
        measured.last_non_direct_position,
        measured.age_days - measured.last_age_days as days_before_last,
        measured.half_life_days,
        measured.touched_at,
        models.model as attribution_model,
        models.rule,
        models.rest_share,
        case when measured.is_first then models.first_share else 0.0 end
        + case when measured.is_lead_creation then models.lead_share else 0.0 end
        + case when measured.is_opportunity_creation then models.opportunity_share else 0.0 end
        + case when measured.is_close then models.close_share else 0.0 end
        + case when measured.is_last then models.last_share else 0.0 end as milestone_share
    from measured
    cross join models
),

rests as (
    select
        *,
        sum(case when milestone_share = 0 then 1 else 0 end) over (
            partition by conversion_id, attribution_model
        ) as rest_touches
    from milestones
),

shares as (
    -- Decay is anchored at the last touch: the weights are the same as from the conversion, and a
    -- short half-life cannot round every one of them down to zero.
    select
        *,
        case rule
            when 'even' then 1.0
            when 'decay' then power(2.0, -days_before_last / half_life_days)
            when 'last_non_direct'
                then case when touch_position = last_non_direct_position then 1.0 else 0.0 end
            else
                case
                    when milestone_share > 0 then milestone_share
                    else rest_share / rest_touches
                end
        end as raw_weight
    from rests
),

totals as (
    select
        *,
        {{ journey_total('raw_weight') }} as raw_total
    from shares
)

select
    conversion_id,
    touchpoint_id,
    attribution_model,
    touch_position,
    -- What a missing milestone would have held goes pro rata to what is there.
    case when raw_total > 0 then raw_weight / raw_total else 1.0 / touch_count end as weight,
    touched_at
from totals
