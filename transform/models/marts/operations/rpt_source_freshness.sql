with loads as (
    select * from {{ ref('int_operations__loads') }}
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
)

select
    source,
    status as last_status,
    as_of as last_attempted_as_of,
    last_succeeded_as_of,
    {{ days_between('last_succeeded_as_of', as_of()) }} * 24 as age_hours,
    status = 'succeeded' as is_fresh
from ranked
where position = 1
