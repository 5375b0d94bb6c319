with events as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_task_events') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

tasks as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_tasks') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

clock as (
    select * from {{ ref('int_core__business_clock') }}
),

told as (
    select
        source,
        task_id,
        event_id,
        event_type,
        actor_id,
        project_id,
        lower(field_name) as field,
        lower(trim(from_value)) as from_value,
        lower(trim(to_value)) as to_value,
        from_due_on,
        to_due_on,
        occurred_at
    from events
    union all
    -- A task's history begins with the task.
    select
        source,
        task_id,
        concat('created ', task_id) as event_id,
        'created' as event_type,
        created_by_id as actor_id,
        cast(null as varchar) as project_id,
        cast(null as varchar) as field,
        cast(null as varchar) as from_value,
        cast(null as varchar) as to_value,
        cast(null as date) as from_due_on,
        cast(null as date) as to_due_on,
        created_at as occurred_at
    from tasks
)

select
    told.*,
    {{ business_time('clock', 'told.occurred_at', 'company.reporting_time_zone') }}
        as business_time
from told
cross join company
left join clock
    on {{ date_in_zone('told.occurred_at', 'company.reporting_time_zone') }} = clock.date_day
where told.occurred_at <= {{ as_of() }}
