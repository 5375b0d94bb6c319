with events as (
    select * from {{ source('web_events', 'events') }}
    where anonymous_id is not null and consent_analytics is not null
)

select
    'web_events' as tool,
    'web_events' as source,
    'visitors' as object,
    cast(anonymous_id as varchar) as source_record_id,
    cast(null as varchar) as list_id,
    'consent_analytics' as field,
    cast(consent_analytics as varchar) as stated_value,
    'banner' as origin,
    cast(null as varchar) as wording,
    cast(null as timestamp) as own_at,
    cast(occurred_at as timestamp) as changed_at,
    cast(occurred_at as timestamp) as observed_at,
    cast(null as timestamp) as until_at,
    message_id as statement_key
from events
