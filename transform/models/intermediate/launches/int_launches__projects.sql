with projects as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_projects') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

playbooks as (
    select * from {{ ref('stg_config__playbooks') }}
),

matched as (
    select
        playbooks.playbook,
        playbooks.starts_with,
        playbooks.goes_live_with,
        playbooks.campaign_field,
        playbooks.budget_field,
        playbooks.link_field,
        playbooks.page_field,
        playbooks.post_field,
        playbooks.tracked_days,
        projects.source,
        projects.project_id,
        projects.project_name,
        projects.owner_id,
        projects.is_archived,
        projects.created_at,
        row_number() over (
            partition by projects.source, projects.project_id
            order by playbooks.playbook
        ) as match_rank
    from projects
    inner join playbooks
        on
            projects.source = playbooks.work_system
            and lower(projects.project_name) like playbooks.project_name
)

select
    {{ surrogate_key(['source', 'project_id']) }} as launch_id,
    source,
    project_id,
    playbook,
    {{ without_addresses('project_name') }} as launch_name,
    {{ surrogate_key(['source', 'owner_id']) }} as owner_marketer_id,
    starts_with,
    goes_live_with,
    campaign_field,
    budget_field,
    link_field,
    page_field,
    post_field,
    tracked_days,
    is_archived,
    created_at
from matched
where match_rank = 1
