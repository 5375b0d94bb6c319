with sends as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_sends') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

campaigns as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_campaigns') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

events as (
    select * from {{ ref('int_email__events') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

reactions as (
    select
        source,
        campaign_native_id,
        recipient_key,
        max(case when event_type = 'open' and actor = 'human' then 1 else 0 end) as human_opens,
        max(case when event_type = 'open' and actor = 'unknown' then 1 else 0 end)
            as unknown_opens,
        max(case when event_type = 'open' and actor = 'machine' then 1 else 0 end)
            as machine_opens,
        max(case when event_type = 'click' and actor = 'human' then 1 else 0 end) as human_clicks,
        max(case when event_type = 'unsubscribe' then 1 else 0 end) as unsubscribes,
        max(case when event_type = 'complaint' then 1 else 0 end) as complaints,
        max(case when event_type = 'bounce' then coalesce(bounce_class, 'soft') end)
            as bounce_class
    from events
    group by source, campaign_native_id, recipient_key
)

select
    sends.source,
    {{ surrogate_key(['sends.source', "coalesce(campaigns.list_id, '(none)')", 'sends.campaign_native_id']) }}
        as campaign_id,
    sends.campaign_native_id,
    sends.recipient_key,
    coalesce(
        bridge.person_id, {{ surrogate_key(['sends.source', 'sends.recipient_key']) }}
    ) as person_id,
    campaigns.sent_at,
    coalesce(sends.bounce_class, reactions.bounce_class) as bounce_class,
    coalesce(reactions.human_opens, 0) = 1 as is_human_open,
    coalesce(reactions.unknown_opens, 0) = 1 and coalesce(reactions.human_opens, 0) = 0
        as is_unknown_open,
    coalesce(reactions.machine_opens, 0) = 1 as is_machine_open,
    coalesce(reactions.human_clicks, 0) = 1 as is_human_click,
    coalesce(reactions.unsubscribes, 0) = 1 as is_unsubscribed,
    coalesce(reactions.complaints, 0) = 1 as is_complaint
from sends
left join campaigns
    on
        sends.source = campaigns.source
        and sends.campaign_native_id = campaigns.campaign_native_id
left join reactions
    on
        sends.source = reactions.source
        and sends.campaign_native_id = reactions.campaign_native_id
        and sends.recipient_key = reactions.recipient_key
left join bridge
    on
        sends.source = bridge.source
        and bridge.object = 'members'
        and concat(campaigns.list_id, ':', sends.recipient_key) = bridge.source_record_id
