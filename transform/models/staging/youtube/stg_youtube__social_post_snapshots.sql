with source_rows as (
    select * from {{ source('youtube', 'video_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

-- YouTube tells days where the others tell totals: their running sums are the same thing.
running as (
    select
        video_id,
        reported_on,
        sum(views) over so_far as views,
        sum(likes) over so_far as likes,
        sum(comments) over so_far as comments,
        sum(shares) over so_far as shares
    from source_rows
    window so_far as (
        partition by video_id order by reported_on
        rows between unbounded preceding and current row
    )
)

-- It tells views and no impressions, and neither the people nor the clicks of a video.
select
    'youtube' as platform,
    cast(video_id as varchar) as post_id,
    cast(reported_on as date) as observed_on,
    cast(views as bigint) as impressions,
    cast(null as bigint) as reach,
    cast(null as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(comments as bigint) as comments,
    cast(shares as bigint) as shares
from running
