with entries as (
    select * from {{ ref('int_funnel__segmented_entries') }}
),

pairs as (
    select * from {{ ref('int_funnel__stage_pairs') }}
),

starts as (
    select
        entries.*,
        pairs.from_stage,
        pairs.to_stage
    from entries
    inner join pairs
        on entries.stage = pairs.from_stage and entries.entity_type = pairs.entity_type
)

select
    starts.entry_month as cohort_month,
    starts.segment,
    starts.from_stage,
    starts.to_stage,
    starts.entity_type,
    starts.entity_id,
    starts.cycle_no,
    starts.is_inferred as is_from_inferred,
    coalesce(reached.is_inferred, false) as is_to_inferred,
    reached.entered_at is not null as is_reached,
    starts.entered_at,
    reached.entered_at as reached_at,
    {{ days_between('starts.entered_at', 'coalesce(reached.entered_at, ' ~ as_of() ~ ')') }}
        as days_observed
from starts
left join entries as reached
    on
        starts.entity_type = reached.entity_type
        and starts.entity_id = reached.entity_id
        and starts.cycle_no = reached.cycle_no
        and starts.segment = reached.segment
        and starts.to_stage = reached.stage
        and starts.entered_at <= reached.entered_at
