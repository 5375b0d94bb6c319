with events as (
    select * from {{ ref('stg_file_drops__email_events') }}
)

select
    source,
    'recipients' as object,
    recipient_key as source_record_id,
    min(email) as email,
    min(occurred_at) as created_at,
    max(occurred_at) as updated_at
from events
where recipient_key is not null
group by source, recipient_key
