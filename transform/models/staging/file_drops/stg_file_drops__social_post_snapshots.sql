with source_rows as (
    select * from {{ source('file_drops', 'social_post_snapshots') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source as platform,
    cast(post_id as varchar) as post_id,
    cast(observed_on as date) as observed_on,
    cast(impressions as bigint) as impressions,
    cast(reach as bigint) as reach,
    cast(clicks as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(comments as bigint) as comments,
    cast(shares as bigint) as shares
from source_rows
