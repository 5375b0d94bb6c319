with velocity as (
    select * from {{ ref('int_launches__velocity') }}
)

select
    month,
    marketer_id,
    marketer_label,
    marketers,
    launches,
    cast(on_time_launches as bigint) as on_time_launches,
    timed_launches,
    median_business_days,
    active_business_days,
    total_business_days,
    active_business_days / nullif(total_business_days, 0) as flow_efficiency_share,
    cast(on_time_launches as double) / nullif(launches, 0) as on_time_rate,
    cast(launches as double) / nullif(marketers, 0) as launches_per_marketer,
    cast(sent_back as bigint) as sent_back,
    cast(reopened_tasks as bigint) as reopened_tasks,
    cast(unapproved_launches as bigint) as unapproved_launches
from velocity
