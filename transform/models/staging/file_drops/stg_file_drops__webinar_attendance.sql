with source_rows as (
    select * from {{ source('file_drops', 'webinar_attendance') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(webinar_id as varchar) as webinar_id,
    cast(attendee_id as varchar) as attendee_id,
    nullif(trim(webinar_name), '') as webinar_name,
    nullif(trim(email), '') as email,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(country), '') as country,
    cast(minutes_attended as double) as minutes_attended,
    coalesce(has_attended, joined_at is not null or coalesce(minutes_attended, 0) > 0)
        as has_attended,
    cast(held_at as timestamp) as held_at,
    cast(registered_at as timestamp) as registered_at,
    cast(joined_at as timestamp) as joined_at,
    cast(left_at as timestamp) as left_at
from source_rows
