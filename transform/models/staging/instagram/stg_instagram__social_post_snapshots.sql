with source_rows as (
    select * from {{ source('instagram', 'media_insights') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

-- Instagram counts no clicks of a medium.
select
    'instagram' as platform,
    cast(media_id as varchar) as post_id,
    cast(observed_on as date) as observed_on,
    cast(views as bigint) as impressions,
    cast(reach as bigint) as reach,
    cast(null as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(comments as bigint) as comments,
    cast(shares as bigint) as shares
from source_rows
