{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'campaign_native_id', 'recipient_key', 'send_id'],
    meta={
        'reads': [
            'int_email__events',
            'int_email__campaigns',
            'int_email__unknown_recipients',
            'int_email__observed_kinds',
            'int_identity__bridge'
        ],
        'scope': ['source', 'campaign_native_id', 'recipient_key'],
        'touched': staging_models('email_platforms', 'touched_sends'),
        'feeds': {
            'send': ['source', 'campaign_native_id', 'recipient_key'],
            'person': ['campaign_id', 'person_id']
        }
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    {% for platform in var('email_platforms') %}
        select {{ unit_key(['source', 'campaign_native_id', 'recipient_key']) }} as unit
        from {{ ref('stg_' ~ platform ~ '__touched_sends') }}
        where {{ is_new_load('load_id') }} or closed_at >= {{ built_as_of(since) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
    union all
    select {{ unit_key(['source', 'campaign_native_id', 'recipient_key']) }} as unit
    from {{ this }}
    where
        {{ unit_key(['source', 'campaign_native_id']) }}
        in {{ announced(since, 'int_email__campaigns', 'campaign') }}
    union all
    select unit from {{ announced(since, 'int_email__events', 'send') }} as reactions
    union all
    select unit from {{ announced(since, 'int_email__unknown_recipients', 'send') }} as unknown
    union all
    select {{ unit_key(['source', 'campaign_native_id', 'recipient_key']) }} as unit
    from {{ this }}
    where source in {{ announced(since, 'int_email__observed_kinds', 'source') }}
    union all
    select {{ unit_key(['sends.source', 'sends.campaign_native_id', 'sends.recipient_key']) }} as unit
    from {{ this }} as sends
    inner join {{ ref('int_email__campaigns') }} as campaigns
        on
            sends.source = campaigns.source
            and sends.campaign_native_id = campaigns.campaign_native_id
    where
        {{ unit_key([
            'sends.source',
            "case when campaigns.list_id is null then 'recipients' else 'members' end",
            recipient_record_id('campaigns.list_id', 'sends.recipient_key')
        ]) }}
        in {{ announced(since, 'int_identity__bridge', 'record') }}
{%- endset -%}
{%- do recompute(since, units) %}
with sends as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_sends') }}
        where {{ in_scope(since, ['source', 'campaign_native_id', 'recipient_key']) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

campaigns as (
    select * from {{ ref('int_email__campaigns') }}
),

events as (
    select * from {{ ref('int_email__events') }}
    where {{ in_scope(since, ['source', 'campaign_native_id', 'recipient_key']) }}
),

unknown as (
    select * from {{ ref('int_email__unknown_recipients') }}
),

observed as (
    select * from {{ ref('int_email__observed_kinds') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

reactions as (
    select
        source,
        campaign_native_id,
        recipient_key,
        coalesce(send_id, '') as send_id,
        max(case when event_type = 'open' and actor = 'human' then 1 else 0 end) as human_opens,
        max(case when event_type = 'open' and actor = 'unknown' then 1 else 0 end)
            as unknown_opens,
        max(case when event_type = 'open' and actor = 'machine' then 1 else 0 end)
            as machine_opens,
        max(case when event_type = 'click' and actor = 'human' then 1 else 0 end) as human_clicks,
        max(case when event_type = 'unsubscribe' then 1 else 0 end) as unsubscribes,
        max(case when event_type = 'complaint' then 1 else 0 end) as complaints,
        min(case when event_type = 'bounce' then coalesce(bounce_class, 'soft') end)
            as bounce_class
    from events
    group by source, campaign_native_id, recipient_key, coalesce(send_id, '')
),

placed as (
    select
        sends.source,
        sends.campaign_native_id,
        sends.recipient_key,
        coalesce(sends.send_id, '') as send_id,
        blind.domain is not null as is_complaint_hidden,
        {{ surrogate_key([
            'sends.source', "coalesce(campaigns.list_id, '(none)')", 'sends.campaign_native_id'
        ]) }} as campaign_id,
        bridge.person_id,
        coalesce(sends.sent_at, campaigns.sent_at) as sent_at,
        coalesce(sends.bounce_class, reactions.bounce_class) as bounce_class,
        coalesce(reactions.human_opens, 0) as human_opens,
        coalesce(reactions.unknown_opens, 0) as unknown_opens,
        coalesce(reactions.machine_opens, 0) as machine_opens,
        coalesce(reactions.human_clicks, 0) as human_clicks,
        coalesce(reactions.unsubscribes, 0) as unsubscribes,
        coalesce(reactions.complaints, 0) as complaints,
        unknown.recipient_number
    from sends
    left join {{ ref('stg_config__complaint_blind_domains') }} as blind
        on split_part(lower(trim(sends.email)), '@', 2) = blind.domain
    left join campaigns
        on
            sends.source = campaigns.source
            and sends.campaign_native_id = campaigns.campaign_native_id
    left join reactions
        on
            sends.source = reactions.source
            and sends.campaign_native_id = reactions.campaign_native_id
            and sends.recipient_key = reactions.recipient_key
            and coalesce(sends.send_id, '') = reactions.send_id
    left join unknown
        on
            sends.source = unknown.source
            and sends.campaign_native_id = unknown.campaign_native_id
            and sends.recipient_key = unknown.recipient_key
            and coalesce(sends.send_id, '') = unknown.send_id
    left join bridge
        on
            sends.source = bridge.source
            and bridge.object in ('members', 'recipients')
            and {{ recipient_record_id('campaigns.list_id', 'sends.recipient_key') }}
            = bridge.source_record_id
)

select
    placed.source,
    placed.campaign_id,
    placed.campaign_native_id,
    placed.recipient_key,
    placed.send_id,
    -- A recipient without a record is counted, not named: a key made of the address could be
    -- guessed from the address.
    coalesce(
        placed.person_id, concat('(unknown ', cast(placed.recipient_number as varchar), ')')
    ) as person_id,
    placed.sent_at,
    placed.bounce_class,
    case when observed.observes_bounces then placed.bounce_class is null end as delivered,
    case when observed.observes_opens then placed.human_opens = 1 end as is_human_open,
    case when observed.observes_opens then placed.unknown_opens = 1 end as is_unknown_open,
    case when observed.observes_opens then placed.machine_opens = 1 end as is_machine_open,
    case when observed.observes_clicks then placed.human_clicks = 1 end as is_human_click,
    case when observed.observes_unsubscribes then placed.unsubscribes = 1 end as is_unsubscribed,
    -- A provider that reports no complaint to anybody is not a provider without complaints.
    case
        when placed.complaints = 1 then true
        when observed.observes_complaints and not placed.is_complaint_hidden then false
    end as is_complaint
from placed
left join observed on placed.source = observed.source
