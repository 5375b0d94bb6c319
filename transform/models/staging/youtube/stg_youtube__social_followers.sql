with source_rows as (
    select * from {{ source('youtube', 'channel_followers') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'youtube' as platform,
    cast(channel_id as varchar) as page_id,
    cast(observed_on as date) as observed_on,
    cast(subscriber_count as bigint) as followers
from source_rows
