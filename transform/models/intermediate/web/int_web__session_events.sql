{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'message_id'],
    meta={
        'scope': ['source', 'visitor_id'],
        'touched': staging_models('web_sources', 'touched_visitors'),
        'feeds': {'session': ['session_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    {% for system in var('web_sources') %}
    select {{ unit_key(['source', 'visitor_id']) }} as unit
    from {{ ref('stg_' ~ system ~ '__touched_visitors') }}
    where
        {{ is_new_load('load_id') }}
        -- What was ahead of the last build's clock has happened by now.
        or (occurred_at > {{ built_as_of(since) }} and occurred_at <= {{ as_of() }})
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endset -%}
{%- do recompute(since, units) %}
with events as (
    {% for system in var('web_sources') %}
        select * from {{ ref('stg_' ~ system ~ '__events') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

allowed as (
    -- A visitor who refused analytics is not followed; the form they send is still a touch,
    -- through the CRM that recorded it. What silence is, config/consent.yml says.
    select
        source,
        message_id,
        visitor_id,
        event_type,
        page_path,
        utm_source,
        utm_medium,
        utm_campaign,
        form_submission_id,
        occurred_at,
        case
            when gclid is not null then 'gclid'
            when msclkid is not null then 'msclkid'
            when li_fat_id is not null then 'li_fat_id'
            when fbclid is not null then 'fbclid'
        end as click_id_type,
        {{ regexp_replace_all('lower(referrer_host)', '^www[.]', '') }} as referrer_host,
        {{ regexp_extract('lower(page_url)', '^[a-z]+://(?:www[.])?([^/:?#]+)') }} as page_host
    from events
    where
        visitor_id is not null
        and {{ may_be_followed('has_analytics_consent') }}
        and occurred_at <= {{ as_of() }}
        and {{ in_scope(since, ['source', 'visitor_id']) }}
),

gaps as (
    select
        *,
        lag(occurred_at) over (
            partition by source, visitor_id order by occurred_at, message_id
        ) as previous_at
    from allowed
),

numbered as (
    select
        *,
        sum(
            case
                when previous_at is null then 1
                when {{ epoch_seconds('occurred_at') }} - {{ epoch_seconds('previous_at') }} > 1800
                    then 1
                else 0
            end
        ) over (
            partition by source, visitor_id
            order by occurred_at, message_id
            rows between unbounded preceding and current row
        ) as session_number
    from gaps
),

opened as (
    select
        *,
        first_value(message_id) over (
            partition by source, visitor_id, session_number order by occurred_at, message_id
        ) as first_message_id
    from numbered
)

select
    {{ surrogate_key(['source', 'visitor_id', 'first_message_id']) }} as session_id,
    source,
    message_id,
    visitor_id,
    event_type,
    page_path,
    click_id_type,
    nullif(trim(lower(utm_source)), '') as utm_source,
    nullif(trim(lower(utm_medium)), '') as utm_medium,
    -- Words of a campaign name are joined by whatever the typist likes.
    {{ regexp_replace_all("nullif(trim(lower(utm_campaign)), '')", '[ +-]+', '_') }}
        as utm_campaign,
    -- Our own pages link to each other: only another host is a referrer.
    case
        when page_host is null or page_host <> referrer_host then nullif(referrer_host, '')
    end as referrer_host,
    form_submission_id,
    occurred_at
from opened
