with due_instants as (
    select * from {{ ref('int_operations__due_instants') }}
),

versions as (
    select * from {{ ref('int_operations__report_versions') }}
),

candidates as (
    select
        due_instants.report,
        due_instants.due_at,
        versions.run_id,
        versions.lagging_source,
        versions.version_as_of,
        versions.published_at,
        versions.data_as_of,
        versions.is_written,
        versions.is_held_back,
        versions.published_at <= due_instants.deadline_at as is_in_time,
        versions.is_written
        and not versions.is_held_back
        and coalesce(
            {{ days_between('versions.data_as_of', 'due_instants.due_at') }} * 24
            <= due_instants.max_age_hours,
            false
        ) as is_fresh
    from due_instants
    inner join versions
        on
            due_instants.report = versions.report
            and due_instants.opens_at < versions.published_at
            and due_instants.next_due_at >= versions.published_at
),

-- In time: rows that were written, or that a broken rule kept old. Later only what was written.
classed as (
    select
        *,
        case when not is_in_time then 3 when is_fresh then 1 else 2 end as class
    from candidates
    where is_written and not is_held_back or is_in_time and is_held_back
),

-- Of those in time the one that is served when due; of the late ones the first.
ranked as (
    select
        *,
        min(case when is_fresh then published_at end) over (partition by report, due_at)
            as fulfilled_at,
        row_number() over (
            partition by report, due_at
            order by
                class,
                case
                    when class = 3 then {{ epoch_seconds('published_at') }}
                    else -{{ epoch_seconds('published_at') }}
                end,
                run_id
        ) as position
    from classed
)

select
    due_instants.report,
    due_instants.owner,
    case ranked.class when 1 then 'on_time' when 2 then 'stale' when 3 then 'late' else 'missed' end
        as status,
    ranked.run_id,
    ranked.lagging_source,
    due_instants.due_on,
    due_instants.week_start_on,
    {{ days_between('ranked.data_as_of', 'due_instants.due_at') }} * 24 as data_age_hours,
    case
        when ranked.class = 3
            then {{ days_between('due_instants.due_at', 'ranked.published_at') }} * 24
    end as late_hours,
    coalesce(ranked.is_fresh, false) as is_fresh,
    coalesce(ranked.is_held_back, false) as is_held_back,
    due_instants.next_due_at <= {{ as_of() }} as is_settled,
    due_instants.due_at,
    due_instants.opens_at,
    due_instants.deadline_at,
    ranked.version_as_of,
    ranked.published_at,
    ranked.data_as_of,
    ranked.fulfilled_at
from due_instants
left join ranked
    on
        due_instants.report = ranked.report
        and due_instants.due_at = ranked.due_at
        and ranked.position = 1
