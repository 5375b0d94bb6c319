{{ config(materialized='view') }}

with deliveries as (
    select * from {{ ref('int_operations__deliveries') }}
    where status in ('late', 'missed')
),

runs as (
    select * from {{ ref('stg_runs__runs') }}
    where is_whole
),

failed_assets as (
    select * from {{ ref('stg_runs__failed_assets') }}
),

upstreams as (
    select * from {{ ref('stg_runs__upstreams') }}
),

-- Publishing reads the marts, so it is in no way from a mart to what it is made of.
first_marts as (
    select
        report,
        concat(min(upstream), ' < published.version') as path
    from upstreams
    where distance = 0
    group by report
),

-- Of the runs that could have delivered in time, the last that published nothing; else the last.
attempts as (
    select
        deliveries.report,
        deliveries.due_at,
        runs.run_id,
        runs.published_at,
        row_number() over (
            partition by deliveries.report, deliveries.due_at
            order by
                case when runs.published_at is null then 0 else 1 end,
                coalesce({{ epoch_seconds('runs.as_of') }}, 0) desc,
                coalesce({{ epoch_seconds('runs.ended_at') }}, 0) desc,
                runs.run_id
        ) as position
    from deliveries
    left join runs
        on deliveries.opens_at < runs.as_of and deliveries.deadline_at >= runs.as_of
),

reasons as (
    select
        attempts.report,
        attempts.due_at,
        case
            when attempts.run_id is null then 'run_not_started'
            when attempts.published_at is not null then 'run_too_slow'
            when failed_assets.step is null then 'run_died'
            else 'step_failed'
        end as cause,
        coalesce(failed_assets.step, attempts.run_id, 'no run') as culprit,
        coalesce(upstreams.path, first_marts.path) as path,
        coalesce(upstreams.distance, 1000) as distance
    from attempts
    inner join first_marts on attempts.report = first_marts.report
    left join failed_assets
        on attempts.run_id = failed_assets.run_id and attempts.published_at is null
    left join upstreams
        on attempts.report = upstreams.report and failed_assets.asset = upstreams.upstream
    where attempts.position = 1
),

nearest as (
    select
        *,
        row_number() over (
            partition by report, due_at order by distance, path, culprit
        ) as position
    from reasons
)

select
    report,
    due_at,
    cause,
    culprit,
    concat(path, ' < ', culprit) as blame_path
from nearest
where position = 1
