{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id'],
    meta={
        'reads': ['int_attribution__journeys', 'int_conversions__conversions'],
        'scope': ['conversion_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
    union all
    -- A conversion and what reverses it.
    select conversion_id as unit
    from {{ ref('int_conversions__conversions') }}
    where
        coalesce(reverses_conversion_id, conversion_id)
        in {{ announced(since, 'int_attribution__journeys', 'conversion') }}
{%- endset -%}
{%- do recompute(since, units) %}
with conversions as (
    select
        *,
        coalesce(reverses_conversion_id, conversion_id) as journey_conversion_id
    from {{ ref('int_conversions__conversions') }}
    where {{ in_scope(since, ['conversion_id']) }}
),

journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where conversion_id in (select conversions.journey_conversion_id from conversions)
),

settings as (
    select * from {{ ref('stg_config__attribution_paths') }}
),

compared as (
    -- Trimmed first, as in the paths of the fitted models.
    select
        journeys.conversion_id,
        journeys.channel,
        journeys.touch_position,
        settings.repeats,
        lag(journeys.channel) over (
            partition by journeys.conversion_id
            order by journeys.touch_position
        ) as channel_before,
        row_number() over (
            partition by journeys.conversion_id, journeys.channel
            order by journeys.touch_position
        ) as channel_touch
    from journeys
    cross join settings
    where
        settings.longest is null
        or journeys.touch_position > journeys.touch_count - settings.longest
),

paths as (
    select
        conversion_id,
        count(*) as steps,
        {{ ordered_path('channel', 'touch_position') }} as path
    from compared
    where
        case repeats
            when 'exposure' then coalesce(channel_before, '') <> channel
            when 'first' then channel_touch = 1
            else true
        end
    group by conversion_id
),

spans as (
    select
        conversion_id,
        sum(case when touchpoint_id = '(none)' then 0 else 1 end) as touches,
        max(case when touchpoint_id <> '(none)' then age_days end) as days_to_convert
    from journeys
    group by conversion_id
)

select
    conversions.conversion_id,
    conversions.stage,
    paths.path,
    case when spans.touches = 0 then 0 else paths.steps end as path_length,
    spans.touches,
    spans.days_to_convert,
    conversions.value_amount_reporting,
    conversions.is_rate_missing,
    conversions.is_reversal
from conversions
inner join paths on conversions.journey_conversion_id = paths.conversion_id
inner join spans on conversions.journey_conversion_id = spans.conversion_id
