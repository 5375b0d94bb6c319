{#- SQL: the conversions whose journeys may be others than at the build `since`: a query of `unit`. -#}
{% macro moved_journeys(since) -%}
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
    union all
    select unit from {{ announced(since, 'int_attribution__eligible_people', 'conversion') }} as people
    union all
    select conversion_id as unit
    from {{ ref('int_attribution__eligible_people') }}
    where person_id in {{ announced(since, 'int_touchpoints__touchpoints', 'person') }}
    union all
    select conversion_id as unit
    from {{ ref('int_conversions__conversions') }}
    where
        opportunity_id
        in {{ announced(since, 'int_opportunities__opportunities', 'opportunity') }}
    union all
    -- Where earlier conversions close the window of later ones, one that moves may move all.
    select conversions.conversion_id as unit
    from {{ ref('int_conversions__conversions') }} as conversions
    cross join {{ ref('stg_config__attribution_settings') }} as settings
    where
        settings.reset_on_conversion
        and exists (
            select unit
            from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
        )
{%- endmacro %}

{#- SQL after a CTE `windows` (stage, lookback_days, half_life_days): a row per conversion and touch in
    the window of its stage, in order. -#}
{% macro journeys_in_windows(since) -%}
conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where reverses_conversion_id is null and {{ in_scope(since, ['conversion_id']) }}
),

eligible_people as (
    select * from {{ ref('int_attribution__eligible_people') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where touch_class = 'marketing' and person_id is not null
),

opportunities as (
    select
        opportunity_id,
        created_at
    from {{ ref('int_opportunities__opportunities') }}
),

settings as (
    select * from {{ ref('stg_config__attribution_settings') }}
),

spans as (
    select
        conversions.conversion_id,
        conversions.stage,
        conversions.converted_at,
        opportunities.created_at as opportunity_created_at,
        windows.half_life_days,
        {{ add_days('conversions.converted_at', '-windows.lookback_days') }} as opens_at,
        case
            when settings.reset_on_conversion
                then lag(conversions.converted_at) over (
                    partition by
                        conversions.stage,
                        coalesce(conversions.account_id, conversions.person_id),
                        case when conversions.opportunity_id is null then conversions.person_id end
                    order by conversions.converted_at, conversions.conversion_id
                )
        end as reset_at
    from conversions
    cross join settings
    inner join windows on conversions.stage = windows.stage
    left join opportunities on conversions.opportunity_id = opportunities.opportunity_id
),

eligible as (
    select
        spans.conversion_id,
        spans.converted_at,
        spans.opportunity_created_at,
        spans.half_life_days,
        touchpoints.touchpoint_id,
        touchpoints.person_id,
        touchpoints.channel,
        touchpoints.campaign_id,
        touchpoints.touch_type_priority,
        touchpoints.touched_at,
        eligible_people.is_oldest_contact
        and touchpoints.touched_at <= eligible_people.contact_created_at as is_before_lead
    from spans
    inner join eligible_people on spans.conversion_id = eligible_people.conversion_id
    inner join touchpoints
        on
            eligible_people.person_id = touchpoints.person_id
            and spans.opens_at <= touchpoints.touched_at
            and spans.converted_at >= touchpoints.touched_at
            and (spans.reset_at is null or spans.reset_at < touchpoints.touched_at)
),

positioned as (
    select
        *,
        row_number() over (
            partition by conversion_id
            order by touched_at, touch_type_priority, touchpoint_id
        ) as touch_position,
        count(*) over (partition by conversion_id) as touch_count
    from eligible
),

milestones as (
    select
        conversion_id,
        max(case when is_before_lead then touch_position end) as lead_position,
        max(case when touched_at <= opportunity_created_at then touch_position end)
            as opportunity_position
    from positioned
    group by conversion_id
),

journeys as (
    select
        positioned.conversion_id,
        positioned.touchpoint_id,
        positioned.person_id,
        positioned.channel,
        positioned.campaign_id,
        positioned.touch_position,
        positioned.touch_count,
        {{ days_between('positioned.touched_at', 'positioned.converted_at') }} as age_days,
        positioned.half_life_days,
        positioned.touch_position = 1 as is_first,
        coalesce(positioned.touch_position = milestones.lead_position, false)
            as is_lead_creation,
        coalesce(positioned.touch_position = milestones.opportunity_position, false)
            as is_opportunity_creation,
        positioned.touch_position = positioned.touch_count as is_last,
        positioned.channel = 'direct' as is_direct,
        positioned.touched_at
    from positioned
    inner join milestones on positioned.conversion_id = milestones.conversion_id
),

without_touch as (
    -- No eligible touch: one row carries the whole credit, so totals tie.
    select
        spans.conversion_id,
        '(none)' as touchpoint_id,
        cast(null as varchar) as person_id,
        '(none)' as channel,
        cast(null as varchar) as campaign_id,
        1 as touch_position,
        1 as touch_count,
        0.0 as age_days,
        spans.half_life_days,
        true as is_first,
        false as is_lead_creation,
        false as is_opportunity_creation,
        true as is_last,
        false as is_direct,
        spans.converted_at as touched_at
    from spans
    left join milestones on spans.conversion_id = milestones.conversion_id
    where milestones.conversion_id is null
),

every_journey as (
    select * from journeys
    union all
    select * from without_touch
)

select
    every_journey.conversion_id,
    every_journey.touchpoint_id,
    every_journey.person_id,
    every_journey.channel,
    every_journey.campaign_id,
    every_journey.touch_position,
    every_journey.touch_count,
    cast(every_journey.age_days as double) as age_days,
    every_journey.half_life_days,
    every_journey.is_first,
    every_journey.is_lead_creation,
    every_journey.is_opportunity_creation,
    -- Close is a milestone of a sale; before it there is none.
    every_journey.is_last and spans.stage = 'won' and every_journey.touchpoint_id <> '(none)'
        as is_close,
    every_journey.is_last,
    every_journey.is_direct,
    every_journey.touched_at
from every_journey
inner join spans on every_journey.conversion_id = spans.conversion_id
{%- endmacro %}
