{{ config(materialized='view') }}

with runs as (
    select * from {{ ref('stg_runs__runs') }}
),

written as (
    select * from {{ ref('stg_runs__written_marts') }}
),

held_groups as (
    select distinct
        run_id,
        mart_group
    from {{ ref('stg_runs__held_groups') }}
),

upstreams as (
    select * from {{ ref('stg_runs__upstreams') }}
),

source_ages as (
    select * from {{ ref('int_operations__source_ages') }}
),

reports as (
    select
        upstreams.report,
        runs.run_id,
        runs.as_of,
        runs.published_at,
        min(case when written.mart is null then 0 else 1 end) = 1 as is_written,
        max(case when held_groups.mart_group is null then 0 else 1 end) = 1 as is_held_back
    from runs
    inner join upstreams on upstreams.distance = 0
    left join written on runs.run_id = written.run_id and upstreams.mart = written.mart
    left join held_groups
        on runs.run_id = held_groups.run_id and upstreams.mart_group = held_groups.mart_group
    where runs.published_at is not null and not runs.is_backfill
    group by upstreams.report, runs.run_id, runs.as_of, runs.published_at
),

report_sources as (
    select distinct
        report,
        source
    from upstreams
    where source is not null
),

-- Of all sources behind a report the oldest says how old it is; one never loaded is the oldest.
oldest as (
    select
        report_sources.report,
        source_ages.run_id,
        source_ages.source,
        source_ages.loaded_at,
        row_number() over (
            partition by report_sources.report, source_ages.run_id
            order by
                coalesce(source_ages.loaded_at, cast('1970-01-01' as timestamp)),
                source_ages.source
        ) as position
    from source_ages
    inner join report_sources on source_ages.source = report_sources.source
)

select
    reports.report,
    reports.run_id,
    oldest.source as lagging_source,
    reports.is_written,
    reports.is_held_back,
    reports.as_of as version_as_of,
    reports.published_at,
    case when oldest.source is null then reports.as_of else oldest.loaded_at end as data_as_of
from reports
left join oldest
    on
        reports.report = oldest.report
        and reports.run_id = oldest.run_id
        and oldest.position = 1
