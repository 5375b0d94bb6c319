with events as (
    select * from {{ ref('stg_file_drops__email_events') }}
)

-- A file of events has no list of recipients: whoever was sent to or bounced is one.
select
    source,
    campaign_native_id,
    recipient_key,
    min(email) as email,
    min(case when event_type = 'bounce' then coalesce(bounce_class, 'soft') end) as bounce_class
from events
where event_type in ('sent', 'delivered', 'bounce') and recipient_key is not null
group by source, campaign_native_id, recipient_key
