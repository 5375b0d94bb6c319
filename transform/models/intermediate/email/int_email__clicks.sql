with events as (
    select * from {{ ref('int_email__events') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
)

select
    events.source,
    events.event_id,
    events.campaign_native_id,
    {{ surrogate_key([
        'events.source', "coalesce(events.list_id, '(none)')", 'events.campaign_native_id'
    ]) }} as campaign_id,
    events.recipient_key,
    bridge.person_id,
    events.occurred_at,
    events.url,
    events.actor = 'human' as is_human
from events
left join bridge
    on
        events.source = bridge.source
        and bridge.object in ('members', 'recipients')
        and {{ recipient_record_id('events.list_id', 'events.recipient_key') }}
        = bridge.source_record_id
where events.event_type = 'click'
