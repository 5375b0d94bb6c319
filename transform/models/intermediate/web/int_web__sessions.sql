{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['session_id'],
    meta={
        'reads': [
            'int_web__session_entries',
            'int_identity__bridge',
            'int_identity__persons'
        ],
        'scope': ['session_id'],
        'feeds': {'session': ['session_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_web__session_entries', 'session') }} as sessions
    union all
    select entries.session_id as unit
    from {{ ref('int_web__session_entries') }} as entries
    where
        {{ unit_key(['entries.source', "'visitors'", 'entries.visitor_id']) }}
        in {{ announced(since, 'int_identity__bridge', 'record') }}
    union all
    select entries.session_id as unit
    from {{ ref('int_web__session_entries') }} as entries
    inner join {{ ref('int_identity__bridge') }} as visitors
        on
            entries.source = visitors.source
            and visitors.object = 'visitors'
            and entries.visitor_id = visitors.source_record_id
    where visitors.person_id in {{ announced(since, 'int_identity__persons', 'person') }}
{%- endset -%}
{%- do recompute(since, units) %}
with entries as (
    select * from {{ ref('int_web__session_entries') }}
    where {{ in_scope(since, ['session_id']) }}
),

channel_lookup as (
    select * from {{ ref('int_web__channel_lookup') }}
),

aliases as (
    select * from {{ ref('stg_config__utm_aliases') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

persons as (
    select * from {{ ref('int_identity__persons') }}
)

select
    entries.session_id,
    entries.source,
    entries.visitor_id,
    bridge.person_id,
    persons.account_id,
    entries.landing_page,
    entries.click_id_type,
    channel_lookup.source as utm_source,
    channel_lookup.medium as utm_medium,
    coalesce(aliases.canonical_value, entries.utm_campaign) as utm_campaign,
    entries.referrer_host,
    channel_lookup.channel,
    channel_lookup.ad_network,
    entries.events,
    entries.pageviews,
    entries.started_at,
    entries.ended_at
from entries
inner join channel_lookup on entries.evidence_key = channel_lookup.evidence_key
left join aliases
    on entries.utm_campaign = aliases.raw_value and aliases.kind = 'campaign'
left join bridge
    on
        entries.source = bridge.source
        and bridge.object = 'visitors'
        and entries.visitor_id = bridge.source_record_id
left join persons on bridge.person_id = persons.person_id
