with events as (
    select * from {{ ref('stg_file_drops__email_events') }}
),

addressed as (
    select
        source,
        campaign_native_id,
        recipient_key,
        email,
        coalesce(send_id, '') as send_id,
        event_type,
        bounce_class,
        occurred_at,
        max(case when event_type = 'sent' then 1 else 0 end) over (
            partition by source, campaign_native_id
        ) as has_sends
    from events
    where event_type in ('sent', 'delivered', 'bounce') and recipient_key is not null
),

-- A file of events has no list of recipients: each event of sending is one. Where a campaign's
-- file has none, whoever was delivered to or bounced was sent to.
sends as (
    select
        source,
        campaign_native_id,
        recipient_key,
        send_id,
        min(email) as email,
        min(case when event_type = 'sent' then occurred_at end) as sent_at,
        min(case when event_type = 'bounce' then coalesce(bounce_class, 'soft') end)
            as bounce_class,
        max(case when event_type = 'sent' then 1 else 0 end) as was_sent,
        max(has_sends) as has_sends
    from addressed
    group by source, campaign_native_id, recipient_key, send_id
)

select
    source,
    campaign_native_id,
    recipient_key,
    send_id,
    email,
    bounce_class,
    cast(sent_at as timestamp) as sent_at
from sends
where was_sent = 1 or has_sends = 0
