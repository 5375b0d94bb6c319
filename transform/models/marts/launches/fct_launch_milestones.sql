with milestones as (
    select * from {{ ref('int_launches__planned_milestones') }}
)

select
    launch_id,
    milestone,
    position,
    owner_role,
    {{ published_id('task_id') }} as task_id,
    status,
    cast(prescribed_on as date) as prescribed_on,
    first_due_on,
    due_on,
    reached_on,
    business_days_late,
    is_gate,
    is_late,
    is_out_of_order,
    reached_at
from milestones
