with source_rows as (
    select * from {{ source('ga4', 'landing_page_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    cast(date as date) as reported_on,
    landing_page,
    case when landing_page like '/%' then {{ page_path('landing_page') }} end as page_path,
    session_default_channel_group as channel_native,
    cast(sessions as bigint) as sessions,
    cast(engaged_sessions as bigint) as engaged_sessions,
    cast(total_users as bigint) as users,
    cast(key_events as double) as key_events
from source_rows
