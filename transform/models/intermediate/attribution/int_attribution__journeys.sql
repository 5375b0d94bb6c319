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
        'feeds': {
            'conversion': ['conversion_id'],
            'touchpoint': ['touchpoint_id']
        }
    }
) }}
{%- set since = last_build() -%}
{%- do recompute(since, moved_journeys(since)) %}
with windows as (
    select * from {{ ref('stg_config__attribution_windows') }}
),

{{ journeys_in_windows(since) }}
