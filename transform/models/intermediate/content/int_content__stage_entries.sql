with projects as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_projects') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

places as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_task_projects') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

events as (
    select * from {{ ref('int_work__task_events') }}
),

stages as (
    select * from {{ ref('stg_config__content_stages') }}
),

pages as (
    {% for system in var('content_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__content_items') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

clock as (
    select * from {{ ref('int_core__business_clock') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

planned as (
    select distinct
        places.source,
        places.project_id,
        places.task_id,
        lower(places.section_name) as section_now,
        stages.project_name
    from places
    inner join projects
        on places.source = projects.source and places.project_id = projects.project_id
    inner join stages
        on
            projects.source = stages.work_system
            and lower(projects.project_name) like stages.project_name
),

moves as (
    select
        planned.source,
        planned.task_id,
        planned.project_name,
        events.from_value,
        events.to_value,
        events.event_id,
        events.occurred_at,
        events.business_time,
        row_number() over (
            partition by planned.source, planned.task_id, planned.project_name
            order by events.occurred_at, events.event_id
        ) as move_no
    from planned
    inner join events
        on planned.source = events.source and planned.task_id = events.task_id
    inner join stages
        on
            planned.source = stages.work_system
            and planned.project_name = stages.project_name
            and events.to_value = stages.section
    where events.event_type = 'section'
),

beginnings as (
    -- Where it was put first is what it was moved out of, or where it still is.
    select
        planned.source,
        planned.task_id,
        planned.project_name,
        coalesce(moves.from_value, planned.section_now) as section,
        events.event_id,
        events.occurred_at,
        events.business_time,
        row_number() over (
            partition by planned.source, planned.task_id, planned.project_name
            order by
                case when events.event_type = 'project' then 0 else 1 end,
                events.occurred_at,
                events.event_id
        ) as begin_rank
    from planned
    inner join events
        on planned.source = events.source and planned.task_id = events.task_id
    left join moves
        on
            planned.source = moves.source
            and planned.task_id = moves.task_id
            and planned.project_name = moves.project_name
            and moves.move_no = 1
    where
        events.event_type = 'created'
        or events.event_type = 'project' and events.to_value = planned.project_id
),

entries as (
    select
        source,
        task_id,
        project_name,
        section,
        event_id,
        occurred_at,
        business_time
    from beginnings
    where begin_rank = 1
    union all
    select
        source,
        task_id,
        project_name,
        to_value as section,
        event_id,
        occurred_at,
        business_time
    from moves
),

staged as (
    select
        entries.source,
        entries.task_id as item_native_id,
        stages.stage,
        stages.position,
        entries.event_id,
        entries.occurred_at as entered_at,
        entries.business_time
    from entries
    inner join stages
        on
            entries.source = stages.work_system
            and entries.project_name = stages.project_name
            and entries.section = stages.section
    union all
    -- Of a page only its coming out is known: what it was before, its tool forgets.
    select
        pages.source,
        concat(pages.site_id, ':', pages.item_native_id) as item_native_id,
        'published' as stage,
        99 as position,
        concat('published ', pages.site_id, ':', pages.item_native_id) as event_id,
        pages.published_at as entered_at,
        {{ business_time('clock', 'pages.published_at', 'company.reporting_time_zone') }}
            as business_time
    from pages
    cross join company
    left join clock
        on
            {{ date_in_zone('pages.published_at', 'company.reporting_time_zone') }}
            = clock.date_day
    where pages.published_at <= {{ as_of() }}
)

select
    source,
    item_native_id,
    stage,
    position,
    event_id,
    entered_at,
    lead(entered_at) over (
        partition by source, item_native_id order by entered_at, event_id
    ) as exited_at,
    lead(business_time) over (
        partition by source, item_native_id order by entered_at, event_id
    ) - business_time as business_days_in_stage
from staged
