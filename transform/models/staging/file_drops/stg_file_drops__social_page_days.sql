with source_rows as (
    select * from {{ source('file_drops', 'social_page_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source as platform,
    cast(page_id as varchar) as page_id,
    cast(reported_on as date) as reported_on,
    cast(impressions as bigint) as impressions,
    cast(reach as bigint) as reach,
    cast(clicks as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(comments as bigint) as comments,
    cast(shares as bigint) as shares,
    cast(followers_gained_organic as bigint) as followers_gained_organic,
    cast(followers_gained_paid as bigint) as followers_gained_paid
from source_rows
