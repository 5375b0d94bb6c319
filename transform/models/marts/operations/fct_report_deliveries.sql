with deliveries as (
    select * from {{ ref('int_operations__deliveries') }}
),

causes as (
    select * from {{ ref('int_operations__stale_causes') }}
    union all
    select * from {{ ref('int_operations__late_causes') }}
)

select
    deliveries.report,
    deliveries.owner,
    deliveries.status,
    causes.cause,
    causes.culprit,
    causes.blame_path,
    deliveries.lagging_source,
    deliveries.run_id,
    deliveries.due_on,
    deliveries.week_start_on,
    deliveries.data_age_hours,
    deliveries.late_hours,
    deliveries.is_fresh,
    deliveries.is_settled,
    deliveries.due_at,
    deliveries.deadline_at,
    deliveries.published_at,
    deliveries.data_as_of,
    deliveries.fulfilled_at
from deliveries
left join causes
    on deliveries.report = causes.report and deliveries.due_at = causes.due_at
