with source_rows as (
    select * from {{ source('ga4', 'channel_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    cast(date as date) as reported_on,
    session_default_channel_group as channel_native,
    session_source as utm_source,
    session_medium as utm_medium,
    session_campaign_name as utm_campaign,
    cast(sessions as bigint) as sessions,
    cast(engaged_sessions as bigint) as engaged_sessions,
    cast(total_users as bigint) as users,
    cast(new_users as bigint) as new_users,
    cast(screen_page_views as bigint) as page_views,
    cast(key_events as double) as key_events,
    cast(user_engagement_duration as double) as engaged_seconds
from source_rows
