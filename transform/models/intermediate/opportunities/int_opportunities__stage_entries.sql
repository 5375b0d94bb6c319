with deals as (
    select * from {{ ref('int_opportunities__deals') }}
),

changes as (
    select * from {{ ref('int_opportunities__stage_changes') }}
),

recorded as (
    select
        changes.opportunity_id,
        changes.lifecycle_stage as stage,
        changes.change_id,
        changes.change_number,
        changes.changed_at,
        deals.created_at,
        deals.closed_at_declared
    from changes
    inner join deals on changes.opportunity_id = deals.opportunity_id
),

dated as (
    -- The first entry of a history says when the record was seen; a deal that arrives closed was
    -- closed before, on the day the CRM states.
    select
        opportunity_id,
        stage,
        change_id,
        change_number,
        case
            when
                change_number = 1
                and stage <> 'opportunity'
                and closed_at_declared between created_at and changed_at
                then closed_at_declared
            else changed_at
        end as entered_at
    from recorded
),

last_recorded as (
    select
        opportunity_id,
        stage,
        changed_at,
        row_number() over (
            partition by opportunity_id order by change_number desc
        ) as recency
    from recorded
),

stood as (
    -- Where the history does not end in the stage the deal has now, or there is none.
    select
        deals.opportunity_id,
        deals.lifecycle_stage as stage,
        case
            when
                deals.lifecycle_stage <> 'opportunity'
                and deals.closed_at_declared
                between coalesce(last_recorded.changed_at, deals.created_at) and {{ as_of() }}
                then deals.closed_at_declared
            else least(coalesce(deals.updated_at, deals.created_at), {{ as_of() }})
        end as entered_at
    from deals
    left join last_recorded
        on deals.opportunity_id = last_recorded.opportunity_id and last_recorded.recency = 1
    where
        last_recorded.opportunity_id is null
        or last_recorded.stage <> deals.lifecycle_stage
),

entries as (
    select
        opportunity_id,
        'opportunity' as stage,
        created_at as entered_at,
        0 as entry_order,
        '' as change_id
    from deals
    union all
    select
        opportunity_id,
        stage,
        entered_at,
        change_number as entry_order,
        change_id
    from dated
    union all
    select
        opportunity_id,
        stage,
        entered_at,
        1000000 as entry_order,
        '' as change_id
    from stood
),

compared as (
    select
        opportunity_id,
        stage,
        entered_at,
        entry_order,
        change_id,
        lag(stage) over (
            partition by opportunity_id order by entered_at, entry_order, change_id
        ) as moved_from
    from entries
),

moves as (
    select
        *,
        -- A move back (reopened, or lost and won after all) begins a new cycle.
        case
            when moved_from is null then 0
            when stage = 'opportunity' or (stage = 'won' and moved_from = 'lost') then 1
            else 0
        end as is_reopened
    from compared
    where moved_from is null or moved_from <> stage
)

select
    opportunity_id,
    stage,
    cast(
        1 + sum(is_reopened) over (
            partition by opportunity_id
            order by entered_at, entry_order, change_id
            rows between unbounded preceding and current row
        ) as bigint
    ) as cycle_no,
    row_number() over (
        partition by opportunity_id order by entered_at, entry_order, change_id
    ) as entry_number,
    moved_from,
    entered_at
from moves
