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

profiles as (
    select * from {{ source('klaviyo', 'profiles') }}
    where _dlt_valid_to is null
),

sends as (
    -- What bounced was sent too; the receipt and the bounce are events of one send.
    select
        messages.campaign_id,
        events.profile_id,
        min(case when metrics.name = 'Bounced Email' then lower(events.bounce_type) end)
            as bounce_class
    from events
    inner join metrics on events.metric_id = metrics.id
    inner join messages on events.message_id = messages.id
    where metrics.name in ('Received Email', 'Bounced Email')
    group by messages.campaign_id, events.profile_id
)

select
    'klaviyo' as source,
    cast(sends.campaign_id as varchar) as campaign_native_id,
    cast(sends.profile_id as varchar) as recipient_key,
    cast('' as varchar) as send_id,
    nullif(trim(profiles.email), '') as email,
    sends.bounce_class,
    cast(null as timestamp) as sent_at
from sends
left join profiles on sends.profile_id = profiles.id
