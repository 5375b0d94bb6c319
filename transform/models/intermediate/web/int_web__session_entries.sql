{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['session_id'],
    meta={
        'reads': ['int_web__session_events'],
        'scope': ['session_id'],
        'feeds': {'session': ['session_id']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_web__session_events', 'session') }} as sessions
{%- endset -%}
{%- do recompute(since, units) %}
with events as (
    select * from {{ ref('int_web__session_events') }}
    where {{ in_scope(since, ['session_id']) }}
),

ranked as (
    -- What brought the visitor is on the first event that says so; an identify call or a tracked
    -- event may come before the landing page.
    select
        *,
        row_number() over (
            partition by session_id
            order by
                case
                    when
                        click_id_type is not null
                        or utm_source is not null
                        or utm_medium is not null
                        or utm_campaign is not null
                        or referrer_host is not null
                        then 0
                    else 1
                end,
                occurred_at,
                message_id
        ) as evidence_rank,
        row_number() over (
            partition by session_id
            order by
                case when event_type = 'page' and page_path is not null then 0 else 1 end,
                occurred_at,
                message_id
        ) as page_rank
    from events
),

final as (
    select
        session_id,
        min(source) as source,
        min(visitor_id) as visitor_id,
        max(case when page_rank = 1 then page_path end) as landing_page,
        max(case when evidence_rank = 1 then click_id_type end) as click_id_type,
        max(case when evidence_rank = 1 then utm_source end) as utm_source,
        max(case when evidence_rank = 1 then utm_medium end) as utm_medium,
        max(case when evidence_rank = 1 then utm_campaign end) as utm_campaign,
        max(case when evidence_rank = 1 then referrer_host end) as referrer_host,
        count(*) as events,
        sum(case when event_type = 'page' then 1 else 0 end) as pageviews,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from ranked
    group by session_id
)

select
    session_id,
    source,
    visitor_id,
    landing_page,
    click_id_type,
    utm_source,
    utm_medium,
    utm_campaign,
    referrer_host,
    {{ surrogate_key(['click_id_type', 'utm_source', 'utm_medium', 'referrer_host']) }}
        as evidence_key,
    cast(events as bigint) as events,
    cast(pageviews as bigint) as pageviews,
    started_at,
    ended_at
from final
