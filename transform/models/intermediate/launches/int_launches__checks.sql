with launches as (
    select * from {{ ref('int_launches__launches') }}
),

fields as (
    select * from {{ ref('int_launches__fields') }}
),

gates as (
    select
        launch_id,
        {{ ordered_path('milestone', 'milestone', ', ') }} as missing_gates
    from {{ ref('int_launches__gates') }}
    where not was_approved_at_live
    group by launch_id
),

sessions as (
    select
        trim({{ regexp_replace_all('lower(utm_campaign)', '[^a-z0-9]+', '_') }}, '_')
            as utm_campaign,
        started_at
    from {{ ref('int_web__sessions') }}
    where utm_campaign is not null
),

tracked as (
    select
        launches.launch_id,
        count(*) as sessions,
        min(sessions.started_at) as first_session_at
    from launches
    inner join fields on launches.launch_id = fields.launch_id
    inner join sessions
        on
            fields.utm_campaign = sessions.utm_campaign
            and launches.live_at <= sessions.started_at
            and sessions.started_at < {{ add_days('launches.live_at', 'launches.tracked_days') }}
    group by launches.launch_id
),

lines as (
    select
        launches.launch_id,
        count(*) as budget_lines
    from launches
    inner join {{ ref('int_budgets__lines') }} as budget_lines
        on
            launches.canonical_campaign = budget_lines.canonical_campaign
            and coalesce(launches.live_on, launches.due_live_on)
            between budget_lines.starts_on and budget_lines.ends_on
    group by launches.launch_id
),

aliases as (
    select * from {{ ref('stg_config__utm_aliases') }}
),

rules as (
    select * from {{ ref('stg_config__channel_rules') }}
),

known as (
    select
        'medium' as tag,
        match_medium as tag_value
    from rules
    where match_medium <> '%'
    union
    select
        'source' as tag,
        match_source as tag_value
    from rules
    where match_source <> '%'
    union
    select
        kind as tag,
        canonical_value as tag_value
    from aliases
),

tags as (
    select
        fields.launch_id,
        fields.has_link,
        sources.tag_value is not null as is_source_known,
        mediums.tag_value is not null as is_medium_known,
        coalesce(fields.utm_campaign = fields.canonical_campaign, false) as is_campaign_own
    from fields
    left join aliases as source_aliases
        on fields.utm_source = source_aliases.raw_value and source_aliases.kind = 'source'
    left join aliases as medium_aliases
        on fields.utm_medium = medium_aliases.raw_value and medium_aliases.kind = 'medium'
    left join known as sources
        on
            sources.tag = 'source'
            and coalesce(source_aliases.canonical_value, fields.utm_source) = sources.tag_value
    left join known as mediums
        on
            mediums.tag = 'medium'
            and coalesce(medium_aliases.canonical_value, fields.utm_medium) = mediums.tag_value
),

checked as (
    select
        launches.launch_id,
        'approved_before_live' as check_name,
        case
            when launches.first_live_at is null or launches.gates = 0 then 'pending'
            when launches.unapproved_at_live > 0 then 'failed'
            else 'passed'
        end as status,
        case
            when launches.first_live_at is not null
                then
                    concat(
                        launches.first_live_kind, ' ',
                        coalesce({{ without_addresses('launches.first_live_reference') }}, ''),
                        ' was live first',
                        case when gates.missing_gates is null then '' else '; not approved: ' end,
                        coalesce(gates.missing_gates, '')
                    )
        end as evidence,
        launches.first_live_at as evidence_at
    from launches
    left join gates on launches.launch_id = gates.launch_id
    union all
    select
        launches.launch_id,
        'utm_valid' as check_name,
        case
            when not tags.has_link and launches.live_at is null then 'pending'
            when tags.is_source_known and tags.is_medium_known and tags.is_campaign_own
                then 'passed'
            else 'failed'
        end as status,
        case
            when tags.has_link
                then
                    concat(
                        case when tags.is_source_known then '' else 'source unknown ' end,
                        case when tags.is_medium_known then '' else 'medium unknown ' end,
                        case when tags.is_campaign_own then '' else 'campaign not its own' end
                    )
            else 'no link'
        end as evidence,
        cast(null as timestamp) as evidence_at
    from launches
    inner join tags on launches.launch_id = tags.launch_id
    union all
    select
        launches.launch_id,
        'tracking_seen' as check_name,
        case
            when tracked.sessions > 0 then 'passed'
            when
                launches.live_at is null
                or {{ add_days('launches.live_at', 'launches.tracked_days') }} > {{ as_of() }}
                then 'pending'
            else 'failed'
        end as status,
        concat(cast(coalesce(tracked.sessions, 0) as varchar), ' sessions') as evidence,
        tracked.first_session_at as evidence_at
    from launches
    left join tracked on launches.launch_id = tracked.launch_id
    union all
    select
        launches.launch_id,
        'budget_line_exists' as check_name,
        case when lines.budget_lines > 0 then 'passed' else 'failed' end as status,
        concat(cast(coalesce(lines.budget_lines, 0) as varchar), ' lines') as evidence,
        cast(null as timestamp) as evidence_at
    from launches
    left join lines on launches.launch_id = lines.launch_id
)

select
    checked.launch_id,
    checked.check_name,
    case when launches.status = 'called_off' then 'not_applicable' else checked.status end
        as status,
    nullif(trim(checked.evidence), '') as evidence,
    checked.evidence_at
from checked
inner join launches on checked.launch_id = launches.launch_id
