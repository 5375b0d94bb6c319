with source_rows as (
    select * from {{ source('config', 'playbooks') }}
)

select
    cast(playbook as varchar) as playbook,
    cast(work_system as varchar) as work_system,
    cast(project_name as varchar) as project_name,
    cast(starts_with as varchar) as starts_with,
    cast(goes_live_with as varchar) as goes_live_with,
    cast(campaign_field as varchar) as campaign_field,
    cast(budget_field as varchar) as budget_field,
    cast(link_field as varchar) as link_field,
    cast(page_field as varchar) as page_field,
    cast(post_field as varchar) as post_field,
    cast(tracked_days as bigint) as tracked_days
from source_rows
