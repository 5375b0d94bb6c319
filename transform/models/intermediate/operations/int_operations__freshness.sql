with loads as (
    select * from {{ ref('stg_ingest__loads') }}
),

freshness as (
    select * from {{ ref('stg_config__freshness') }}
),

ranked as (
    select
        source,
        run_id,
        status,
        as_of,
        -- Of two loads with one clock the good one counts: its rows are there.
        row_number() over (
            partition by source order by as_of desc, status desc, run_id desc
        ) as position,
        max(case when status = 'succeeded' then as_of end) over (partition by source)
            as last_succeeded_as_of
    from loads
),

aged as (
    select
        source,
        status as last_status,
        as_of as last_attempted_as_of,
        last_succeeded_as_of,
        {{ days_between('last_succeeded_as_of', as_of()) }} * 24 as age_hours
    from ranked
    where position = 1
)

select
    aged.source,
    aged.last_status,
    aged.last_attempted_as_of,
    aged.last_succeeded_as_of,
    aged.age_hours,
    freshness.stale_after_hours,
    aged.last_status = 'succeeded'
    and coalesce(aged.age_hours <= freshness.stale_after_hours, false) as is_fresh
from aged
left join freshness on true
