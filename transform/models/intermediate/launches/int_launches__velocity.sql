with launches as (
    select * from {{ ref('int_launches__launches') }}
    where live_on is not null
),

people as (
    select * from {{ ref('int_launches__people') }}
),

counted as (
    select
        {{ month_of('live_on') }} as month,
        '(all)' as marketer_id,
        'All' as marketer_label,
        launches.*
    from launches
    union all
    select
        {{ month_of('launches.live_on') }} as month,
        people.marketer_id,
        people.marketer_label,
        launches.*
    from launches
    inner join people on launches.launch_id = people.launch_id
),

marketers as (
    select
        {{ month_of('launches.live_on') }} as month,
        count(distinct people.marketer_id) as marketers
    from launches
    inner join people on launches.launch_id = people.launch_id
    group by {{ month_of('launches.live_on') }}
),

summed as (
    select
        month,
        marketer_id,
        marketer_label,
        count(*) as launches,
        sum(case when is_on_time then 1 else 0 end) as on_time_launches,
        count(total_business_days) as timed_launches,
        {{ percentile('total_business_days', 0.5) }} as median_business_days,
        cast(sum(cast(active_business_days as decimal(18, 9))) as double) as active_business_days,
        cast(sum(cast(total_business_days as decimal(18, 9))) as double) as total_business_days,
        sum(sent_back) as sent_back,
        sum(reopened_tasks) as reopened_tasks,
        sum(case when unapproved_at_live > 0 then 1 else 0 end) as unapproved_launches
    from counted
    group by month, marketer_id, marketer_label
)

select
    summed.month,
    summed.marketer_id,
    summed.marketer_label,
    case when summed.marketer_id = '(all)' then coalesce(marketers.marketers, 0) else 1 end
        as marketers,
    summed.launches,
    summed.on_time_launches,
    summed.timed_launches,
    summed.median_business_days,
    summed.active_business_days,
    summed.total_business_days,
    summed.sent_back,
    summed.reopened_tasks,
    summed.unapproved_launches
from summed
left join marketers on summed.month = marketers.month
