{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id'],
    meta={
        'reads': [
            'int_conversions__conversions',
            'int_attribution__eligible_people',
            'int_touchpoints__touchpoints',
            'int_opportunities__opportunities'
        ],
        'scope': ['conversion_id'],
        'feeds': {'conversion': ['conversion_id']}
    }
) }}
{%- set since = last_build() -%}
{%- do recompute(since, moved_journeys(since)) %}
with windows as (
    select
        stage,
        half_life_days,
        max(lookback_days) as lookback_days
    from {{ ref('int_attribution__lookbacks') }}
    group by stage, half_life_days
),

{{ journeys_in_windows(since) }}
