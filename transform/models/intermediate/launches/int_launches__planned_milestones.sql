with milestones as (
    select * from {{ ref('int_launches__milestones') }}
),

launches as (
    select * from {{ ref('int_launches__projects') }}
),

needs as (
    select * from {{ ref('stg_config__playbook_needs') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

clock as (
    select * from {{ ref('int_core__business_clock') }}
),

live as (
    select
        milestones.launch_id,
        milestones.first_due_on as planned_live_on,
        milestones.reached_at as live_at,
        -- From a day off, the next business day is the first.
        clock.business_days_before - case when clock.is_business_day then 0 else 1 end
            as business_day_after,
        clock.business_days_before
    from milestones
    left join clock on milestones.first_due_on = clock.date_day
    where milestones.is_live
),

early as (
    -- A milestone that came before one that it needs.
    select distinct
        milestones.launch_id,
        milestones.milestone
    from milestones
    inner join launches on milestones.launch_id = launches.launch_id
    inner join needs
        on launches.playbook = needs.playbook and milestones.milestone = needs.milestone
    inner join milestones as needed
        on milestones.launch_id = needed.launch_id and needs.needs = needed.milestone
    where
        milestones.reached_at is not null
        and (needed.reached_at is null or needed.reached_at > milestones.reached_at)
),

dated as (
    select
        milestones.*,
        launches.is_archived,
        live.live_at,
        case
            when milestones.business_days_from_live = 0 then live.planned_live_on
            else prescribed.date_day
        end as prescribed_on,
        {{ date_in_zone('milestones.reached_at', 'company.reporting_time_zone') }} as reached_on,
        {{ date_in_zone(as_of(), 'company.reporting_time_zone') }} as today_on,
        early.milestone is not null as is_out_of_order
    from milestones
    cross join company
    inner join launches on milestones.launch_id = launches.launch_id
    inner join live on milestones.launch_id = live.launch_id
    left join early
        on
            milestones.launch_id = early.launch_id
            and milestones.milestone = early.milestone
    left join clock as prescribed
        on
            prescribed.is_business_day
            and prescribed.business_days_before
            = milestones.business_days_from_live
            + case
                when milestones.business_days_from_live > 0 then live.business_day_after
                else live.business_days_before
            end
)

select
    dated.launch_id,
    dated.milestone,
    dated.position,
    dated.owner_role,
    dated.task_id,
    dated.prescribed_on,
    dated.first_due_on,
    dated.due_on,
    dated.reached_on,
    case
        when dated.reached_at is not null then 'reached'
        when dated.is_archived and dated.live_at is null then 'called_off'
        when dated.task_id is null then 'no_task'
        when dated.first_due_on < dated.today_on then 'overdue'
        else 'open'
    end as status,
    -- Business days after the day that was planned first; of an open one, until now.
    case
        when coalesce(dated.reached_on, dated.today_on) > dated.first_due_on
            then cast(reached.business_days_before - due.business_days_before as bigint)
        else 0
    end as business_days_late,
    dated.is_gate,
    dated.is_start,
    dated.is_live,
    dated.reached_on > dated.first_due_on as is_late,
    dated.is_out_of_order,
    dated.reached_at,
    case
        when dated.reached_at is not null
            then {{ business_time('reached', 'dated.reached_at', 'company.reporting_time_zone') }}
    end as reached_business_time
from dated
cross join company
left join clock as due on dated.first_due_on = due.date_day
left join clock as reached
    on coalesce(dated.reached_on, dated.today_on) = reached.date_day
