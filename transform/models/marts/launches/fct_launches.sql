with launches as (
    select * from {{ ref('int_launches__launches') }}
)

select
    launch_id,
    source,
    {{ published_id('project_id') }} as project_id,
    playbook,
    launch_name,
    owner_marketer_id,
    canonical_campaign,
    budget_amount,
    currency_code,
    status,
    planned_live_on,
    due_live_on,
    live_on,
    cast(business_days_late as bigint) as business_days_late,
    total_business_days as velocity_business_days,
    active_business_days,
    waiting_business_days,
    active_business_days / nullif(total_business_days, 0) as flow_efficiency_share,
    cast(sent_back as bigint) as sent_back,
    cast(reopened_tasks as bigint) as reopened_tasks,
    cast(gates as bigint) as gates,
    cast(approved_gates as bigint) as approved_gates,
    cast(unapproved_at_live as bigint) as unapproved_at_live,
    first_live_kind,
    is_on_time,
    is_overdue,
    started_at,
    live_at,
    first_live_at
from launches
