{{ config(materialized='view') }}

with deliveries as (
    select * from {{ ref('int_operations__deliveries') }}
    where status = 'stale'
),

upstreams as (
    select * from {{ ref('stg_runs__upstreams') }}
),

held_groups as (
    select * from {{ ref('stg_runs__held_groups') }}
),

failed_loads as (
    select * from {{ ref('stg_ingest__loads') }}
    where status = 'failed'
),

marts as (
    select * from upstreams
    where distance = 0
),

held_back as (
    select
        deliveries.report,
        deliveries.due_at,
        'group_held_back' as cause,
        held_groups.rule_id as culprit,
        -- A rule may name a group that does not read its table: such a way is the longest.
        coalesce(upstreams.distance, 1000) as distance,
        concat(coalesce(upstreams.path, marts.path), ' < ', held_groups.rule_id) as blame_path
    from deliveries
    inner join held_groups on deliveries.run_id = held_groups.run_id
    inner join marts
        on deliveries.report = marts.report and held_groups.mart_group = marts.mart_group
    left join upstreams
        on deliveries.report = upstreams.report and held_groups.table_name = upstreams.upstream
    where deliveries.is_held_back
),

failed as (
    select distinct
        deliveries.report,
        deliveries.due_at
    from deliveries
    inner join failed_loads
        on
            deliveries.lagging_source = failed_loads.source
            and deliveries.version_as_of >= failed_loads.as_of
            and (
                deliveries.data_as_of is null or deliveries.data_as_of < failed_loads.as_of
            )
),

lagging as (
    select
        deliveries.report,
        deliveries.due_at,
        case when failed.report is null then 'source_not_loaded' else 'source_failed' end as cause,
        deliveries.lagging_source as culprit,
        upstreams.distance,
        concat(upstreams.path, ' < load_', deliveries.lagging_source) as blame_path
    from deliveries
    inner join upstreams
        on
            deliveries.report = upstreams.report
            and deliveries.lagging_source = upstreams.source
    left join failed
        on deliveries.report = failed.report and deliveries.due_at = failed.due_at
    where not deliveries.is_held_back
),

reasons as (
    select * from held_back
    union all
    select * from lagging
),

nearest as (
    select
        *,
        row_number() over (
            partition by report, due_at order by distance, blame_path, culprit
        ) as position
    from reasons
)

select
    report,
    due_at,
    cause,
    culprit,
    blame_path
from nearest
where position = 1
