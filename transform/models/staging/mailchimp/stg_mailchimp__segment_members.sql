with source_rows as (
    select * from {{ source('mailchimp', 'segment_members') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(list_id as varchar) as list_id,
    cast(segment_id as varchar) as segment_id,
    cast(member_id as varchar) as email_id,
    concat(list_id, ':', member_id) as source_record_id,
    status
from source_rows
where not coalesce(is_deleted, false)
