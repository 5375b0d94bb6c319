{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['touchpoint_id'],
    meta={
        'reads': [
            'int_web__sessions',
            'int_touchpoints__form_submissions',
            'int_touchpoints__email_clicks',
            'int_campaigns__utm_lookup'
        ],
        'scope': ["coalesce(session_id, '(none)')"],
        'feeds': {
            'touchpoint': ['touchpoint_id'],
            'session': ['session_id'],
            'person': ['person_id']
        }
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    -- Touches outside a visit are few: all of them are computed.
    select '(none)' as unit
    union all
    select unit from {{ announced(since, 'int_web__sessions', 'session') }} as visits
    union all
    select unit from {{ announced(since, 'int_touchpoints__form_submissions', 'session') }} as forms
    union all
    select unit from {{ announced(since, 'int_touchpoints__email_clicks', 'session') }} as clicks
    union all
    select session_id as unit
    from {{ this }}
    where
        {{ unit_key(['utm_campaign', 'channel', 'ad_network']) }}
        in {{ announced(since, 'int_campaigns__utm_lookup', 'campaign') }}
{%- endset -%}
{%- do recompute(since, units) %}
with sessions as (
    select * from {{ ref('int_web__sessions') }}
    where {{ in_scope(since, ['session_id']) }}
),

forms as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
),

clicks as (
    select * from {{ ref('int_touchpoints__email_clicks') }}
),

channels as (
    select * from {{ ref('stg_config__channels') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__utm_lookup') }}
),

persons as (
    select * from {{ ref('int_identity__persons') }}
),

session_forms as (
    select
        session_id,
        count(*) as forms
    from forms
    where session_id is not null and not is_spam
    group by session_id
),

session_clicks as (
    select
        session_id,
        sum(clicks) as clicks,
        min(campaign_id) as campaign_id
    from clicks
    where session_id is not null
    group by session_id
),

session_touches as (
    select
        {{ surrogate_key(['sessions.source', 'sessions.session_id']) }} as touchpoint_id,
        sessions.source as source_system,
        sessions.session_id as native_id,
        sessions.person_id,
        case
            when sessions.channel = 'email' then 'email_click'
            when channels.is_paid then 'ad_click'
            when sessions.channel = 'event' then 'event'
            when sessions.channel = 'organic_social' then 'social'
            else 'web_visit'
        end as touch_type,
        sessions.channel,
        sessions.ad_network,
        sessions.utm_source as source,
        sessions.utm_medium as medium,
        sessions.utm_campaign,
        session_clicks.campaign_id as known_campaign_id,
        sessions.click_id_type,
        sessions.session_id,
        coalesce(session_forms.forms, 0) as forms,
        coalesce(session_clicks.clicks, 0) as email_clicks,
        sessions.started_at as touched_at
    from sessions
    left join channels on sessions.channel = channels.channel
    left join session_forms on sessions.session_id = session_forms.session_id
    left join session_clicks on sessions.session_id = session_clicks.session_id
),

touches as (
    select * from session_touches
    union all
    select * from {{ ref('int_touchpoints__outside_visits') }}
)

select
    touches.touchpoint_id,
    touches.source_system,
    touches.native_id,
    touches.person_id,
    persons.account_id,
    touches.touch_type,
    -- At one instant the click comes before the visit it starts, and the form after both.
    case touches.touch_type
        when 'ad_click' then 1
        when 'email_click' then 2
        when 'social' then 3
        when 'event' then 4
        when 'web_visit' then 5
        when 'form' then 6
        else 7
    end as touch_type_priority,
    case
        when touches.channel = 'sales' then 'sales'
        when touches.channel = 'partner' then 'partner'
        else 'marketing'
    end as touch_class,
    touches.channel,
    touches.ad_network,
    coalesce(touches.known_campaign_id, campaigns.campaign_id) as campaign_id,
    touches.source,
    touches.medium,
    touches.utm_campaign,
    touches.click_id_type,
    touches.session_id,
    cast(touches.forms as bigint) as forms,
    cast(touches.email_clicks as bigint) as email_clicks,
    touches.forms > 0 as is_lead_creation,
    touches.touched_at
from touches
left join campaigns
    on
        touches.utm_campaign = campaigns.utm_campaign_normalised
        and touches.channel = campaigns.channel
        and touches.ad_network = campaigns.ad_network
left join persons on touches.person_id = persons.person_id
