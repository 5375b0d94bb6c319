with lifecycle_events as (
    select * from {{ ref('int_funnel__lifecycle_events') }}
),

segments as (
    select * from {{ ref('int_funnel__segments') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

dated as (
    select
        lifecycle_events.entity_type,
        lifecycle_events.entity_id,
        lifecycle_events.cycle_no,
        lifecycle_events.stage,
        lifecycle_events.is_inferred,
        lifecycle_events.entered_at,
        {{ month_of(date_in_zone('lifecycle_events.entered_at', 'company.reporting_time_zone')) }}
            as entry_month
    from lifecycle_events
    cross join company
)

select
    dated.*,
    '(all)' as segment
from dated
union all
select
    dated.*,
    coalesce(segments.segment, '(none)') as segment
from dated
left join segments
    on dated.entity_type = segments.entity_type and dated.entity_id = segments.entity_id
