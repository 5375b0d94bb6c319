{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'event_id'],
    meta={
        'reads': ['int_email__campaigns'],
        'scope': ['source', 'campaign_native_id', 'recipient_key'],
        'touched': staging_models('email_platforms', 'touched_sends'),
        'feeds': {'send': ['source', 'campaign_native_id', 'recipient_key']}
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
{%- endset -%}
{%- do recompute(since, units) %}
with events as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_events') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

campaigns as (
    select * from {{ ref('int_email__campaigns') }}
),

rules as (
    select * from {{ ref('stg_config__email_machine_rules') }}
),

timed as (
    select
        events.*,
        campaigns.list_id,
        {{ epoch_seconds('events.occurred_at') }} - {{ epoch_seconds('campaigns.sent_at') }}
            as seconds_after_send
    from events
    left join campaigns
        on
            events.source = campaigns.source
            and events.campaign_native_id = campaigns.campaign_native_id
    where
        {{ in_scope(since, [
            'events.source', 'events.campaign_native_id', 'events.recipient_key'
        ]) }}
),

judged as (
    select
        timed.*,
        rules.verdict,
        rules.rule_id,
        row_number() over (
            partition by timed.source, timed.event_id
            order by coalesce(rules.rule_order, 999999)
        ) as position
    from timed
    left join rules
        on
            timed.event_type = rules.kind
            and coalesce(timed.ip, '') like coalesce(concat(rules.ip_prefix, '%'), '%')
            and (
                rules.max_seconds_after_send is null
                or timed.seconds_after_send <= rules.max_seconds_after_send
            )
            and (
                rules.user_agent_class is null
                or timed.user_agent_class = rules.user_agent_class
            )
)

select
    source,
    event_id,
    campaign_native_id,
    list_id,
    recipient_key,
    send_id,
    event_type,
    bounce_class,
    occurred_at,
    url,
    case when event_type in ('open', 'click') then coalesce(verdict, 'human') end as actor,
    rule_id
from judged
where position = 1
