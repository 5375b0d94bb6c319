with source_rows as (
    select * from {{ source('config', 'playbook_milestones') }}
)

select
    cast(playbook as varchar) as playbook,
    cast(milestone as varchar) as milestone,
    cast(position as bigint) as position,
    cast(task_name as varchar) as task_name,
    cast(reached_by as varchar) as reached_by,
    cast(field as varchar) as field,
    cast(value as varchar) as value,
    cast(business_days_from_live as bigint) as business_days_from_live,
    cast(owner_role as varchar) as owner_role,
    cast(is_gate as boolean) as is_gate
from source_rows
