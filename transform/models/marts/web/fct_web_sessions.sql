{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['session_id'],
    meta={
        'reads': ['int_web__sessions', 'int_touchpoints__touchpoints'],
        'scope': ['session_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_web__sessions', 'session') }} as visits
    union all
    select unit from {{ announced(since, 'int_touchpoints__touchpoints', 'session') }} as touches
{%- endset -%}
{%- do recompute(since, units) %}
with sessions as (
    select * from {{ ref('int_web__sessions') }}
    where {{ in_scope(since, ['session_id']) }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where session_id is not null
)

select
    sessions.session_id,
    sessions.person_id,
    -- A pseudonym: the browser's own id would let a reader follow the cookie.
    {{ surrogate_key(['sessions.source', 'sessions.visitor_id']) }} as visitor_id,
    touchpoints.touchpoint_id,
    {{ page_only('sessions.landing_page') }} as landing_page,
    sessions.channel,
    touchpoints.campaign_id,
    {{ without_addresses('sessions.utm_source') }} as source,
    {{ without_addresses('sessions.utm_medium') }} as medium,
    sessions.click_id_type,
    sessions.pageviews,
    sessions.events,
    touchpoints.is_lead_creation as has_form_submission,
    sessions.started_at,
    sessions.ended_at
from sessions
left join touchpoints on sessions.session_id = touchpoints.session_id
