{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['touchpoint_id', 'stage', 'is_reversal'],
    meta={
        'reads': ['int_conversions__conversions', 'int_attribution__journeys'],
        'scope': ['touchpoint_id'],
        'feeds': {'touchpoint': ['touchpoint_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_attribution__journeys', 'touchpoint') }} as paths
    union all
    select touchpoint_id as unit
    from {{ ref('int_attribution__journeys') }}
    where conversion_id in {{ announced(since, 'int_conversions__conversions', 'original') }}
{%- endset -%}
{%- do recompute(since, units) %}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where touchpoint_id <> '(none)' and {{ in_scope(since, ['touchpoint_id']) }}
)

-- The placeholder of a conversion without touches is nobody's touch, so it is not reused.
select
    journeys.touchpoint_id,
    conversions.stage,
    conversions.is_reversal,
    count(*) as conversions
from conversions
inner join journeys
    on
        coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
        = journeys.conversion_id
group by journeys.touchpoint_id, conversions.stage, conversions.is_reversal
