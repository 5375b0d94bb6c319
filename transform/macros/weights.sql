{#- The weights of touches. `journey` are the columns that name a journey: one conversion has several
    where its touches are cut at several lookbacks. -#}

{#- SQL: the sum of weights over a journey in one model. As decimals: doubles summed in another order
    differ in their last digit, and a rerun would not be identical. -#}
{% macro journey_total(weight, journey) -%}
    cast(
        sum(cast({{ weight }} as decimal(28, 18))) over (
            partition by {{ journey | join(', ') }}, attribution_model
        ) as double
    )
{%- endmacro %}

{#- CTEs after `journeys` and `models`: `rule_weights`, a row per touch of a journey and model. -#}
{% macro rule_weights(journey) -%}
measured as (
    select
        journeys.*,
        min(journeys.age_days) over (partition by {{ journey | join(', ') }}) as last_age_days,
        coalesce(
            max(case when not journeys.is_direct then journeys.touch_position end) over (
                partition by {{ journey | join(', ') }}
            ),
            journeys.touch_count
        ) as last_non_direct_position
    from journeys
),

milestones as (
    -- A touch that holds several milestones adds their shares.
    select
        {%- for column in journey %}
        measured.{{ column }},
        {%- endfor %}
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
            partition by {{ journey | join(', ') }}, attribution_model
        ) as rest_touches
    from milestones
),

rule_shares as (
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

rule_totals as (
    select
        *,
        {{ journey_total('raw_weight', journey) }} as raw_total
    from rule_shares
),

rule_weights as (
    select
        {%- for column in journey %}
        {{ column }},
        {%- endfor %}
        touchpoint_id,
        attribution_model,
        touch_position,
        -- What a missing milestone would have held goes pro rata to what is there.
        case when raw_total > 0 then raw_weight / raw_total else 1.0 / touch_count end as weight,
        touched_at
    from rule_totals
)
{%- endmacro %}

{#- CTEs after `journeys`, `conversions`, `fits` and `fit_shares`: `fitted_weights`, likewise, by the
    fit in force in the month of the conversion. -#}
{% macro fitted_weights(journey) -%}
fitted_shares as (
    -- A channel that the fit has not seen has no effect.
    select
        {%- for column in journey %}
        journeys.{{ column }},
        {%- endfor %}
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

scaled_shares as (
    -- The largest is 1, so that sums of decimals lose nothing where every effect is small.
    select
        *,
        touch_share / nullif(
            max(touch_share) over (partition by {{ journey | join(', ') }}, attribution_model), 0
        ) as raw_weight
    from fitted_shares
),

fitted_totals as (
    select
        *,
        {{ journey_total('raw_weight', journey) }} as raw_total
    from scaled_shares
),

fitted_weights as (
    select
        {%- for column in journey %}
        {{ column }},
        {%- endfor %}
        touchpoint_id,
        attribution_model,
        model_fit_id,
        touch_position,
        -- Where all effects are 0, and where there is no fit, the touches share alike.
        coalesce(raw_weight / raw_total, 1.0 / touch_count) as weight,
        touched_at
    from fitted_totals
)
{%- endmacro %}
