with record_entries as (
    -- Terminal stages rank below the others: a duplicate that is disqualified does not disqualify
    -- the person whose other record goes on.
    select
        *,
        case when stage_order >= 80 then stage_order - 100 else stage_order end as standing
    from {{ ref('int_funnel__record_entries') }}
),

sessions as (
    select * from {{ ref('int_web__sessions') }}
),

persons as (
    select * from {{ ref('int_identity__persons') }}
    where kind = 'person'
),

funnel_stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

opportunity_contacts as (
    select * from {{ ref('int_opportunities__contacts') }}
),

elsewhere as (
    -- Where the person's other records stand at the instant of an entry.
    select
        moved.entry_id,
        max(others.standing) as standing
    from record_entries as moved
    inner join record_entries as others
        on
            moved.person_id = others.person_id
            and (
                moved.source <> others.source
                or moved.source_record_id <> others.source_record_id
            )
            and moved.entered_at >= others.entered_at
            and (others.exited_at is null or moved.entered_at < others.exited_at)
    group by moved.entry_id
),

standings as (
    select
        record_entries.person_id,
        record_entries.source,
        record_entries.source_record_id,
        record_entries.entry_id,
        record_entries.change_number,
        record_entries.entered_at,
        record_entries.stage as record_stage,
        greatest(
            record_entries.standing, coalesce(elsewhere.standing, record_entries.standing)
        ) as standing
    from record_entries
    left join elsewhere on record_entries.entry_id = elsewhere.entry_id
),

placed as (
    select
        standings.*,
        case
            when standings.standing < 0 then standings.standing + 100
            else standings.standing
        end as stage_order
    from standings
),

compared as (
    select
        *,
        lag(stage_order) over (
            partition by person_id order by entered_at, change_number, entry_id
        ) as previous_order
    from placed
),

cycled as (
    select
        *,
        1 + sum(case when stage_order < previous_order then 1 else 0 end) over (
            partition by person_id
            order by entered_at, change_number, entry_id
            rows between unbounded preceding and current row
        ) as cycle_no
    from compared
    where previous_order is null or stage_order <> previous_order
),

cycles as (
    select
        person_id,
        cycle_no,
        min(entered_at) as started_at
    from cycled
    group by person_id, cycle_no
),

crm_entries as (
    select
        person_id,
        cycle_no,
        stage_order,
        source,
        source_record_id,
        entered_at
    from cycled
),

first_visits as (
    select
        sessions.person_id,
        min(funnel_stages.stage_order) as stage_order,
        min(sessions.source) as source,
        min(sessions.started_at) as entered_at
    from sessions
    inner join persons on sessions.person_id = persons.person_id
    inner join funnel_stages
        on sessions.source = funnel_stages.crm and funnel_stages.object = 'visitors'
    group by sessions.person_id
),

visitor_entries as (
    -- A visitor is one who came before the CRM knew them; later visits are touches, not entries.
    select
        first_visits.person_id,
        1 as cycle_no,
        first_visits.stage_order,
        first_visits.source,
        cast(null as varchar) as source_record_id,
        first_visits.entered_at
    from first_visits
    left join cycles on first_visits.person_id = cycles.person_id and cycles.cycle_no = 1
    where cycles.started_at is null or first_visits.entered_at <= cycles.started_at
),

deal_moments as (
    select
        opportunity_contacts.person_id,
        60 as stage_order,
        opportunities.source,
        opportunities.source_record_id,
        opportunities.created_at as entered_at
    from opportunity_contacts
    inner join opportunities
        on opportunity_contacts.opportunity_id = opportunities.opportunity_id
    union all
    select
        opportunity_contacts.person_id,
        70 as stage_order,
        opportunities.source,
        opportunities.source_record_id,
        opportunities.closed_at as entered_at
    from opportunity_contacts
    inner join opportunities
        on opportunity_contacts.opportunity_id = opportunities.opportunity_id
    where opportunities.is_won and opportunities.closed_at is not null
),

deal_entries as (
    -- A deal moves its contacts too, within the cycle they were in at that instant.
    select
        deal_moments.person_id,
        coalesce(max(cycles.cycle_no), 1) as cycle_no,
        deal_moments.stage_order,
        deal_moments.source,
        deal_moments.source_record_id,
        deal_moments.entered_at
    from deal_moments
    left join cycles
        on
            deal_moments.person_id = cycles.person_id
            and deal_moments.entered_at >= cycles.started_at
    group by
        deal_moments.person_id,
        deal_moments.stage_order,
        deal_moments.source,
        deal_moments.source_record_id,
        deal_moments.entered_at
),

entries as (
    select
        *,
        1 as evidence_rank
    from crm_entries
    union all
    select
        *,
        2 as evidence_rank
    from visitor_entries
    union all
    select
        *,
        3 as evidence_rank
    from deal_entries
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id, cycle_no, stage_order
            order by entered_at, evidence_rank, source, coalesce(source_record_id, '')
        ) as entry_rank
    from entries
),

stages as (
    select distinct
        stage,
        stage_order
    from funnel_stages
)

select
    ranked.person_id,
    cast(ranked.cycle_no as bigint) as cycle_no,
    stages.stage,
    ranked.stage_order,
    ranked.source,
    ranked.source_record_id,
    ranked.entered_at
from ranked
inner join stages on ranked.stage_order = stages.stage_order
where ranked.entry_rank = 1
