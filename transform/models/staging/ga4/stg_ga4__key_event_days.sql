with source_rows as (
    select * from {{ source('ga4', 'key_event_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    cast(date as date) as reported_on,
    event_name,
    session_default_channel_group as channel_native,
    session_source as utm_source,
    session_medium as utm_medium,
    session_campaign_name as utm_campaign,
    cast(key_events as double) as key_events,
    cast(event_count as bigint) as events,
    cast(total_users as bigint) as users
from source_rows
