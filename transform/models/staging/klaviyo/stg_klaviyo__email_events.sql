with events as (
    select * from {{ source('klaviyo', 'events') }}
),

metrics as (
    select * from {{ source('klaviyo', 'metrics') }}
    where _dlt_valid_to is null and integration_name = 'Klaviyo'
),

messages as (
    select * from {{ source('klaviyo', 'campaign_messages') }}
    where _dlt_valid_to is null and channel = 'email'
),

kinds as (
    select
        id as metric_id,
        case
            when name = 'Opened Email' then 'open'
            when name = 'Clicked Email' then 'click'
            when name = 'Bounced Email' then 'bounce'
            when name = 'Marked Email as Spam' then 'complaint'
            -- Named so since 2023; older accounts keep the shorter name.
            when name in ('Unsubscribed', 'Unsubscribed from Email Marketing') then 'unsubscribe'
        end as event_type
    from metrics
)

select
    'klaviyo' as source,
    cast(events.id as varchar) as event_id,
    cast(null as varchar) as send_id,
    cast(messages.campaign_id as varchar) as campaign_native_id,
    cast(events.profile_id as varchar) as recipient_key,
    cast(null as varchar) as email,
    kinds.event_type,
    case when kinds.event_type = 'bounce' then lower(events.bounce_type) end as bounce_class,
    cast(events.datetime as timestamp) as occurred_at,
    events.url,
    cast(null as varchar) as ip,
    case
        when events.machine_open then 'privacy_proxy'
        when events.bot_click then 'bot'
    end as user_agent_class
from events
inner join kinds on events.metric_id = kinds.metric_id
-- E-mails of flows have no campaign, and what is no e-mail has no message.
inner join messages on events.message_id = messages.id
where kinds.event_type is not null
