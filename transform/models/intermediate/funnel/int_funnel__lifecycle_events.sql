with person_entries as (
    select * from {{ ref('int_funnel__person_entries') }}
),

deal_entries as (
    select * from {{ ref('int_opportunities__stage_entries') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

funnel_stages as (
    select distinct
        stage,
        stage_order
    from {{ ref('stg_config__funnel_stages') }}
),

deal_cycles as (
    -- Each opportunity is a cycle of its account, and so is each time it is reopened. Those
    -- without an account are numbered together: the number alone tells their entries apart.
    select
        opportunities.account_id,
        deal_entries.opportunity_id,
        deal_entries.cycle_no as deal_cycle_no,
        coalesce(opportunities.account_id, opportunities.opportunity_id) as entity_id,
        row_number() over (
            partition by opportunities.account_id
            order by
                min(deal_entries.entered_at),
                deal_entries.opportunity_id,
                deal_entries.cycle_no
        ) as cycle_no
    from deal_entries
    inner join opportunities on deal_entries.opportunity_id = opportunities.opportunity_id
    group by
        opportunities.account_id,
        deal_entries.opportunity_id,
        deal_entries.cycle_no,
        opportunities.opportunity_id
),

account_entries as (
    select
        deal_cycles.entity_id,
        deal_cycles.account_id,
        deal_cycles.opportunity_id,
        deal_cycles.cycle_no,
        deal_entries.stage,
        case deal_entries.stage when 'opportunity' then 60 when 'won' then 70 else 80 end
            as stage_order,
        deal_entries.entered_at
    from deal_cycles
    inner join deal_entries
        on
            deal_cycles.opportunity_id = deal_entries.opportunity_id
            and deal_cycles.deal_cycle_no = deal_entries.cycle_no
),

entries as (
    select
        'person' as entity_type,
        person_id as entity_id,
        person_id,
        cast(null as varchar) as account_id,
        cast(null as varchar) as opportunity_id,
        person_id as thread_id,
        cycle_no,
        stage,
        stage_order,
        entered_at
    from person_entries
    union all
    -- An account's opportunities run side by side, so each is a thread of its own.
    select
        'account' as entity_type,
        entity_id,
        cast(null as varchar) as person_id,
        account_id,
        opportunity_id,
        opportunity_id as thread_id,
        cycle_no,
        stage,
        stage_order,
        entered_at
    from account_entries
),

threaded as (
    select
        *,
        lag(stage) over (
            partition by entity_type, thread_id order by cycle_no, entered_at, stage_order
        ) as moved_from,
        lag(stage_order) over (
            partition by entity_type, thread_id order by cycle_no, entered_at, stage_order
        ) as moved_from_order,
        lead(entered_at) over (
            partition by entity_type, thread_id order by cycle_no, entered_at, stage_order
        ) as exited_at,
        max(stage_order) over (
            partition by entity_type, thread_id, cycle_no
            order by entered_at, stage_order
            rows between unbounded preceding and 1 preceding
        ) as reached_order
    from entries
),

skipped as (
    -- Stages between the one reached before and this one, where the CRM records such a stage at
    -- all; nothing is imputed before the first observed stage nor on the way to a terminal one.
    select
        threaded.entity_type,
        threaded.entity_id,
        threaded.person_id,
        threaded.account_id,
        threaded.opportunity_id,
        threaded.thread_id,
        threaded.cycle_no,
        funnel_stages.stage,
        funnel_stages.stage_order,
        threaded.moved_from,
        threaded.entered_at
    from threaded
    inner join funnel_stages
        on
            threaded.reached_order < funnel_stages.stage_order
            and threaded.stage_order > funnel_stages.stage_order
    left join entries as observed
        on
            threaded.entity_type = observed.entity_type
            and threaded.entity_id = observed.entity_id
            and threaded.cycle_no = observed.cycle_no
            and funnel_stages.stage = observed.stage
    where
        threaded.entity_type = 'person'
        and threaded.stage_order < 80
        and observed.stage is null
)

select
    entity_type,
    entity_id,
    person_id,
    account_id,
    opportunity_id,
    cycle_no,
    stage,
    stage_order,
    moved_from,
    false as is_inferred,
    coalesce(stage_order < moved_from_order, false) as is_backward,
    entered_at,
    exited_at
from threaded
union all
select
    entity_type,
    entity_id,
    person_id,
    account_id,
    opportunity_id,
    cycle_no,
    stage,
    stage_order,
    moved_from,
    true as is_inferred,
    false as is_backward,
    entered_at,
    entered_at as exited_at
from skipped
