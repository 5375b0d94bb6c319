with states as (
    select * from {{ ref('int_consent__states') }}
)

select
    person_id,
    channel,
    purpose,
    needs,
    is_contactable,
    reason,
    is_on_record,
    basis,
    deciding_event_id,
    deciding_tool,
    deciding_source,
    cast(list_opt_outs as bigint) as list_opt_outs,
    since_at,
    expires_at
from states
