with events as (
    select * from {{ ref('int_consent__events') }}
)

select
    event_id,
    person_id,
    channel,
    purpose,
    effect,
    scope,
    basis,
    standing,
    evidence,
    tool,
    source,
    object,
    {{ published_id('source_record_id') }} as source_record_id,
    list_id,
    field,
    {{ without_addresses('stated_value') }} as stated_value,
    origin,
    wording,
    is_current,
    occurred_at,
    observed_at,
    expires_at
from events
