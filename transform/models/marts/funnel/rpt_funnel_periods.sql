with entries as (
    select * from {{ ref('int_funnel__segmented_entries') }}
),

pairs as (
    select * from {{ ref('int_funnel__stage_pairs') }}
),

monthly as (
    select
        entry_month,
        segment,
        entity_type,
        stage,
        count(*) as entries,
        sum(case when is_inferred then 0 else 1 end) as entries_observed
    from entries
    group by entry_month, segment, entity_type, stage
),

sides as (
    select
        monthly.entry_month,
        monthly.segment,
        pairs.from_stage,
        pairs.to_stage,
        pairs.entity_type,
        monthly.entries as from_entries,
        monthly.entries_observed as from_entries_observed,
        0 as to_entries,
        0 as to_entries_observed
    from monthly
    inner join pairs
        on monthly.stage = pairs.from_stage and monthly.entity_type = pairs.entity_type
    union all
    select
        monthly.entry_month,
        monthly.segment,
        pairs.from_stage,
        pairs.to_stage,
        pairs.entity_type,
        0 as from_entries,
        0 as from_entries_observed,
        monthly.entries as to_entries,
        monthly.entries_observed as to_entries_observed
    from monthly
    inner join pairs
        on monthly.stage = pairs.to_stage and monthly.entity_type = pairs.entity_type
)

select
    entry_month as month,
    segment,
    from_stage,
    to_stage,
    min(entity_type) as entity_type,
    cast(sum(from_entries) as bigint) as from_entries,
    cast(sum(from_entries_observed) as bigint) as from_entries_observed,
    cast(sum(to_entries) as bigint) as to_entries,
    cast(sum(to_entries_observed) as bigint) as to_entries_observed,
    cast(sum(to_entries) as double) / nullif(sum(from_entries), 0) as period_rate
from sides
group by entry_month, segment, from_stage, to_stage
