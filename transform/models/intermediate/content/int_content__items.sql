with entries as (
    select * from {{ ref('int_content__stage_entries') }}
),

tasks as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_tasks') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

fields as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_fields') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

playbooks as (
    select * from {{ ref('stg_config__playbooks') }}
),

publications as (
    select * from {{ ref('int_social__publications') }}
    where not is_deleted
),

post_days as (
    select * from {{ ref('int_social__post_days') }}
),

pages as (
    {% for system in var('content_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__content_items') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

paths as (
    {% for system in var('content_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__content_item_paths') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

sessions as (
    select * from {{ ref('int_web__sessions') }}
),

stages_now as (
    select
        source,
        item_native_id,
        max(case when exited_at is null then stage end) as stage,
        min(entered_at) as begun_at,
        max(case when stage = 'published' then entered_at end) as stage_published_at
    from entries
    group by source, item_native_id
),

post_ids as (
    select
        fields.source,
        fields.record_id as task_id,
        min(fields.text_value) as tool_post_id
    from fields
    inner join playbooks
        on
            fields.source = playbooks.work_system
            and lower(fields.field_name) = playbooks.post_field
    where fields.record_type = 'task'
    group by fields.source, fields.record_id
),

published as (
    select
        tool_post_id,
        min(published_at) as published_at
    from publications
    group by tool_post_id
),

reactions as (
    select
        publications.tool_post_id,
        sum(post_days.impressions) as impressions,
        sum(post_days.interactions) as interactions,
        sum(post_days.clicks) as clicks
    from publications
    inner join post_days
        on
            publications.platform = post_days.platform
            and publications.post_id = post_days.post_id
    group by publications.tool_post_id
),

visits as (
    -- By the address that it had when the session began.
    select
        pages.source,
        pages.site_id,
        pages.item_native_id,
        count(*) as sessions,
        sum(
            case
                when sessions.started_at < {{ add_days('pages.published_at', 30) }} then 1 else 0
            end
        ) as sessions_30_days
    from pages
    inner join paths
        on
            pages.source = paths.source
            and pages.site_id = paths.site_id
            and pages.item_native_id = paths.item_native_id
    inner join sessions
        on
            paths.page_path = sessions.landing_page
            and paths.valid_from <= sessions.started_at
            and (paths.valid_to is null or paths.valid_to > sessions.started_at)
    group by pages.source, pages.site_id, pages.item_native_id
)

select
    {{ surrogate_key(['tasks.source', 'tasks.task_id']) }} as content_id,
    tasks.source,
    tasks.task_id as item_native_id,
    'social_post' as item_type,
    {{ without_addresses('tasks.task_name') }} as title,
    stages_now.stage,
    tasks.due_on,
    cast(null as bigint) as sessions,
    cast(null as bigint) as sessions_30_days,
    reactions.impressions,
    reactions.interactions,
    reactions.clicks,
    stages_now.begun_at,
    coalesce(published.published_at, stages_now.stage_published_at) as published_at
from stages_now
inner join tasks
    on stages_now.source = tasks.source and stages_now.item_native_id = tasks.task_id
left join post_ids on tasks.source = post_ids.source and tasks.task_id = post_ids.task_id
left join published on post_ids.tool_post_id = published.tool_post_id
left join reactions on post_ids.tool_post_id = reactions.tool_post_id
union all
select
    {{ surrogate_key(['pages.source', 'pages.site_id', 'pages.item_native_id']) }} as content_id,
    pages.source,
    concat(pages.site_id, ':', pages.item_native_id) as item_native_id,
    pages.item_type,
    {{ without_addresses('pages.title') }} as title,
    pages.status as stage,
    {{ date_of('pages.scheduled_at') }} as due_on,
    coalesce(visits.sessions, 0) as sessions,
    coalesce(visits.sessions_30_days, 0) as sessions_30_days,
    cast(null as bigint) as impressions,
    cast(null as bigint) as interactions,
    cast(null as bigint) as clicks,
    cast(null as timestamp) as begun_at,
    pages.published_at
from pages
left join visits
    on
        pages.source = visits.source
        and pages.site_id = visits.site_id
        and pages.item_native_id = visits.item_native_id
