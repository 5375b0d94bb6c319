with gaps as (
    select * from {{ ref('int_consent__parity') }}
)

select
    source,
    object,
    {{ published_id('source_record_id') }} as source_record_id,
    channel,
    purpose,
    person_id,
    remedy,
    deciding_event_id,
    deciding_tool,
    deciding_source,
    since_at,
    open_days
from gaps
