-- What leaves one step of the funnel and what arrives at it are all entries of that stage.
with entries as (
    select
        entity_type,
        stage,
        count(*) as entries
    from {{ ref('fct_lifecycle_events') }}
    group by entity_type, stage
),

sides as (
    select
        entity_type,
        from_stage as stage,
        'from' as side,
        sum(from_entries) as counted
    from {{ ref('rpt_funnel_periods') }}
    where segment = '(all)'
    group by entity_type, from_stage
    union all
    select
        entity_type,
        to_stage as stage,
        'to' as side,
        sum(to_entries) as counted
    from {{ ref('rpt_funnel_periods') }}
    where segment = '(all)'
    group by entity_type, to_stage
)

select
    sides.entity_type,
    sides.stage,
    sides.side,
    sides.counted,
    entries.entries
from sides
left join entries on sides.entity_type = entries.entity_type and sides.stage = entries.stage
where sides.counted <> coalesce(entries.entries, 0)
