with deliveries as (
    select * from {{ ref('int_operations__deliveries') }}
),

counted as (
    select
        week_start_on,
        report,
        owner,
        count(*) as contracted,
        sum(case when status = 'on_time' then 1 else 0 end) as on_time_and_fresh,
        sum(case when status = 'late' then 1 else 0 end) as late,
        sum(case when status = 'stale' then 1 else 0 end) as stale,
        sum(case when status = 'missed' then 1 else 0 end) as missed
    from deliveries
    group by week_start_on, report, owner
)

select
    week_start_on,
    report,
    owner,
    contracted,
    cast(on_time_and_fresh as bigint) as on_time_and_fresh,
    cast(late as bigint) as late,
    cast(stale as bigint) as stale,
    cast(missed as bigint) as missed,
    cast(on_time_and_fresh as double) / contracted as timeliness_share
from counted
