{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': [
            'int_attribution__journeys',
            'int_attribution__fits_in_force',
            'int_conversions__conversions'
        ],
        'scope': ['conversion_id'],
        'feeds': {'conversion': ['conversion_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_attribution__journeys', 'conversion') }} as journeys
    union all
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as moved
    union all
    select conversion_id as unit
    from {{ ref('int_conversions__conversions') }}
    where
        {{ unit_key(['stage', month_of('converted_at')]) }}
        in {{ announced(since, 'int_attribution__fits_in_force', 'month') }}
{%- endset -%}
{%- do recompute(since, units) %}
with journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where {{ in_scope(since, ['conversion_id']) }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

fits as (
    select * from {{ ref('int_attribution__fits_in_force') }}
),

fit_shares as (
    select * from {{ ref('stg_attribution__fit_shares') }}
),

{{ fitted_weights(['conversion_id']) }}

select
    conversion_id,
    touchpoint_id,
    attribution_model,
    model_fit_id,
    touch_position,
    weight,
    touched_at
from fitted_weights
