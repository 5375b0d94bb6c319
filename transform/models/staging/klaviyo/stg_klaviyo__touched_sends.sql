with events as (
    select * from {{ source('klaviyo', 'events') }}
),

messages as (
    select * from {{ source('klaviyo', 'campaign_messages') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(messages.campaign_id as varchar) as campaign_native_id,
    cast(events.profile_id as varchar) as recipient_key,
    cast(null as timestamp) as closed_at,
    events._dlt_load_id as load_id
from events
inner join messages on events.message_id = messages.id
