with funnel_stages as (
    -- The stages that are mapped, in order: an unmapped one leaves no hole between its neighbours.
    select distinct
        stage,
        stage_order
    from {{ ref('stg_config__funnel_stages') }}
    where stage_order < 80
),

neighbours as (
    select
        stage as from_stage,
        stage_order as from_order,
        lead(stage) over (order by stage_order) as to_stage,
        lead(stage_order) over (order by stage_order) as to_order
    from funnel_stages
)

select
    from_stage,
    from_order,
    to_stage,
    to_order,
    -- Sales close opportunities, not persons: the last step counts each opportunity once.
    case when from_order >= 60 then 'account' else 'person' end as entity_type
from neighbours
where to_stage is not null
