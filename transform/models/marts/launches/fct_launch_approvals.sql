with approvals as (
    select * from {{ ref('int_launches__approvals') }}
)

select
    approval_id,
    launch_id,
    {{ published_id('task_id') }} as task_id,
    milestone,
    approver_marketer_id,
    cast(round_no as bigint) as round_no,
    coalesce(decision, 'open') as decision,
    {{ days_between('requested_at', 'decided_at') }} * 24 as latency_hours,
    latency_business_days,
    coalesce(decision in ('changes_requested', 'rejected'), false) as is_sent_back,
    requested_at,
    decided_at
from approvals
