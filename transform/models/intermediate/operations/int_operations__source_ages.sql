{{ config(materialized='view') }}

with runs as (
    select * from {{ ref('stg_runs__runs') }}
),

loads as (
    select * from {{ ref('stg_ingest__loads') }}
),

upstreams as (
    select * from {{ ref('stg_runs__upstreams') }}
),

sources as (
    select distinct source
    from upstreams
    where source is not null
),

-- Loads and versions of a source in one line; a load of the version's own run comes before it.
-- A backfill re-reads days of the past: it makes no source fresh and delivers nothing.
timeline as (
    select
        loads.source,
        loads.run_id,
        loads.as_of,
        0 as is_version,
        loads.as_of as tried_at,
        case
            when loads.status = 'succeeded' and not coalesce(runs.is_backfill, false)
                then loads.as_of
        end as loaded_at
    from loads
    left join runs on loads.run_id = runs.run_id
    union all
    select
        sources.source,
        runs.run_id,
        runs.as_of,
        1 as is_version,
        cast(null as timestamp) as tried_at,
        cast(null as timestamp) as loaded_at
    from runs
    inner join sources on true
    where runs.published_at is not null and not runs.is_backfill
),

states as (
    select
        source,
        run_id,
        is_version,
        max(tried_at) over (
            partition by source
            order by as_of, is_version, run_id
            rows between unbounded preceding and current row
        ) as tried_at,
        max(loaded_at) over (
            partition by source
            order by as_of, is_version, run_id
            rows between unbounded preceding and current row
        ) as loaded_at
    from timeline
)

select
    run_id,
    source,
    loaded_at
from states
where is_version = 1 and tried_at is not null
