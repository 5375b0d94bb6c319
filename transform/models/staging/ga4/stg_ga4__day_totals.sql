with source_rows as (
    select * from {{ source('ga4', 'day_totals') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    cast(date as date) as reported_on,
    cast(sessions as bigint) as sessions,
    cast(engaged_sessions as bigint) as engaged_sessions,
    cast(total_users as bigint) as users,
    cast(new_users as bigint) as new_users,
    cast(screen_page_views as bigint) as page_views,
    cast(key_events as double) as key_events
from source_rows
