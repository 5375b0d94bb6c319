{{ config(materialized='view') }}

-- A month on either side, so that every instant has a next one; the longest schedule is a week.
with runs as (
    select * from {{ ref('stg_runs__runs') }}
),

reports as (
    select * from {{ ref('stg_config__reports') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

calendar as (
    select * from {{ ref('int_core__calendar') }}
),

-- Nothing was promised before the platform ran first.
began as (
    select min(as_of) as began_at from runs
),

days as (
    select
        calendar.date_day,
        calendar.week_start_on,
        calendar.weekday,
        calendar.is_business_day,
        began.began_at
    from began
    inner join calendar
        on
            calendar.date_day >= {{ date_of(add_days('began.began_at', -31)) }}
            and calendar.date_day <= {{ date_of(add_days(as_of(), 31)) }}
),

due as (
    select
        reports.report,
        reports.owner,
        reports.max_age_hours,
        reports.grace_minutes,
        days.began_at,
        days.date_day as due_on,
        days.week_start_on,
        reports.in_force_from is null or days.date_day >= reports.in_force_from as is_in_force,
        {{ instant_in_zone(
            add_seconds(
                'cast(days.date_day as timestamp)',
                'cast(substr(reports.due, 1, 2) as integer) * 3600'
                ~ ' + cast(substr(reports.due, 4, 2) as integer) * 60'
            ),
            'coalesce(reports.time_zone, company.reporting_time_zone)'
        ) }} as due_at
    from reports
    left join company on true
    inner join days
        on
            reports.days like concat('%"', days.weekday, '"%')
            or (days.is_business_day and reports.days like '%"business_days"%')
),

placed as (
    select
        report,
        owner,
        due_on,
        cast(week_start_on as date) as week_start_on,
        max_age_hours,
        due_at,
        began_at,
        is_in_force,
        {{ add_seconds('due_at', '-cast(max_age_hours * 3600 as bigint)') }} as opens_at,
        {{ add_seconds('due_at', 'grace_minutes * 60') }} as deadline_at,
        lead(due_at) over (partition by report order by due_at) as next_due_at
    from due
)

select
    report,
    owner,
    due_on,
    week_start_on,
    max_age_hours,
    due_at,
    opens_at,
    deadline_at,
    next_due_at
from placed
where is_in_force and due_at > began_at and deadline_at <= {{ as_of() }}
