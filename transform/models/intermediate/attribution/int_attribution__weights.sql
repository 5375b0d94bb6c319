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

{{ rule_weights(['conversion_id']) }}

select
    conversion_id,
    touchpoint_id,
    attribution_model,
    touch_position,
    weight,
    touched_at
from rule_weights
