{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['touchpoint_id', 'stage', 'is_reversal'],
    meta={
        'feeds': {'touchpoint': ['touchpoint_id']}
    }
) }}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

journeys as (
    select * from {{ ref('int_attribution__journeys') }}
    where touchpoint_id <> '(none)'
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
