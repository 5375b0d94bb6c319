with attendance as (
    select * from {{ ref('stg_file_drops__webinar_attendance') }}
)

-- Who signed up and stayed away has not met us again: signing up is a form.
select
    source,
    webinar_id || '|' || attendee_id as response_id,
    webinar_id as campaign_native_id,
    'Webinar' as campaign_type,
    attendee_id as contact_record_id,
    coalesce(joined_at, held_at) as responded_at,
    false as is_deleted
from attendance
where has_attended
