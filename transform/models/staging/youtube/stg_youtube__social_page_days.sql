with source_rows as (
    select * from {{ source('youtube', 'channel_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'youtube' as platform,
    cast(channel_id as varchar) as page_id,
    cast(reported_on as date) as reported_on,
    cast(views as bigint) as impressions,
    cast(null as bigint) as reach,
    cast(null as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(comments as bigint) as comments,
    cast(shares as bigint) as shares,
    cast(subscribers_gained - subscribers_lost as bigint) as followers_gained_organic,
    cast(null as bigint) as followers_gained_paid
from source_rows
