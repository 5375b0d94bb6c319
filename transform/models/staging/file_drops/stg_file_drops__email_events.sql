with source_rows as (
    select * from {{ source('file_drops', 'email_events') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(event_id as varchar) as event_id,
    -- An event of sending names itself, where the file's other events name the one they follow.
    coalesce(
        nullif(trim(send_id), ''),
        case
            when event_type = 'sent' and max(nullif(trim(send_id), '')) over (
                partition by source, campaign_id
            ) is not null then cast(event_id as varchar)
        end
    ) as send_id,
    cast(campaign_id as varchar) as campaign_native_id,
    {{ address_key('recipient') }} as recipient_key,
    nullif(trim(recipient), '') as email,
    event_type,
    bounce_class,
    cast(occurred_at as timestamp) as occurred_at,
    url,
    cast(null as varchar) as ip,
    user_agent_class
from source_rows
