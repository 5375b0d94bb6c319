{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source'],
    meta={
        'feeds': {'source': ['source']}
    }
) }}
with campaigns as (
    {% for platform in var('email_platforms') %}
        select source from {{ ref('stg_' ~ platform ~ '__email_campaigns') }}
        {% if not loop.last %}union{% endif %}
    {% endfor %}
),

sources as (
    select distinct source from campaigns
),

reports as (
    -- A platform with campaign reports counts every kind itself, also where the count is zero.
    {% for platform in var('list_systems') %}
        select source from {{ ref('stg_' ~ platform ~ '__email_reports') }}
        {% if not loop.last %}union{% endif %}
    {% endfor %}
),

reporting_sources as (
    select distinct source from reports
),

seen as (
    select
        source,
        max(case when event_type in ('bounce', 'delivered') then 1 else 0 end) as bounces,
        max(case when event_type = 'open' then 1 else 0 end) as opens,
        max(case when event_type = 'click' then 1 else 0 end) as clicks,
        max(case when event_type = 'unsubscribe' then 1 else 0 end) as unsubscribes,
        max(case when event_type = 'complaint' then 1 else 0 end) as complaints
    from {{ ref('int_email__events') }}
    group by source
)

select
    sources.source,
    reporting_sources.source is not null or coalesce(seen.bounces, 0) = 1 as observes_bounces,
    reporting_sources.source is not null or coalesce(seen.opens, 0) = 1 as observes_opens,
    reporting_sources.source is not null or coalesce(seen.clicks, 0) = 1 as observes_clicks,
    reporting_sources.source is not null or coalesce(seen.unsubscribes, 0) = 1
        as observes_unsubscribes,
    reporting_sources.source is not null or coalesce(seen.complaints, 0) = 1
        as observes_complaints
from sources
left join reporting_sources on sources.source = reporting_sources.source
left join seen on sources.source = seen.source
