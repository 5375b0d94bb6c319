with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

company as (
    select * from {{ ref('stg_config__company') }}
),

-- Each kind of statement holds until the next of its kind; of several at one instant, the last.
versions as (
    select
        *,
        lead(stated_at) over (partition by opportunity_id order by version_no) as next_at
    from {{ ref('int_opportunities__versions') }}
),

entries as (
    select
        *,
        lead(entered_at) over (partition by opportunity_id order by entry_number) as next_at
    from {{ ref('int_opportunities__stage_entries') }}
),

changes as (
    select
        *,
        lead(changed_at) over (partition by opportunity_id order by change_number) as next_at
    from {{ ref('int_opportunities__stage_changes') }}
),

statements as (
    select
        opportunity_id,
        stated_at
    from versions
    union
    select
        opportunity_id,
        entered_at as stated_at
    from entries
    union
    select
        opportunity_id,
        changed_at as stated_at
    from changes
),

moments as (
    select
        opportunity_id,
        created_at as stated_at
    from opportunities
    union
    select
        statements.opportunity_id,
        statements.stated_at
    from statements
    inner join opportunities on statements.opportunity_id = opportunities.opportunity_id
    where statements.stated_at > opportunities.created_at
)

-- Before the first version nobody knows the value: the first is carried back, and says so.
select
    moments.opportunity_id,
    moments.stated_at,
    entries.stage as lifecycle_stage,
    changes.stage_label as stage,
    versions.owner_id,
    versions.value_amount,
    versions.currency_code,
    versions.expected_close_on,
    moments.stated_at >= versions.stated_at as is_value_stated,
    {{ date_in_zone('opportunities.created_at', 'company.reporting_time_zone') }}
        as open_rate_on,
    case
        when entries.stage <> 'opportunity'
            then {{ date_in_zone('entries.entered_at', 'company.reporting_time_zone') }}
    end as closed_rate_on,
    {{ date_in_zone('moments.stated_at', 'company.reporting_time_zone') }} as stated_on,
    company.reporting_currency
from moments
cross join company
inner join opportunities on moments.opportunity_id = opportunities.opportunity_id
inner join entries
    on
        moments.opportunity_id = entries.opportunity_id
        and (entries.entry_number = 1 or moments.stated_at >= entries.entered_at)
        and (entries.next_at is null or moments.stated_at < entries.next_at)
inner join versions
    on
        moments.opportunity_id = versions.opportunity_id
        and (versions.version_no = 1 or moments.stated_at >= versions.stated_at)
        and (versions.next_at is null or moments.stated_at < versions.next_at)
left join changes
    on
        moments.opportunity_id = changes.opportunity_id
        and moments.stated_at >= changes.changed_at
        and (changes.next_at is null or moments.stated_at < changes.next_at)
