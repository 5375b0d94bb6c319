with user_days as (
    select * from {{ source('instagram', 'user_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

gained as (
    select * from {{ source('instagram', 'user_follower_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

-- Followers gained are told for the last 30 days only, and for days that have no totals yet.
select
    'instagram' as platform,
    cast(coalesce(user_days.user_id, gained.user_id) as varchar) as page_id,
    cast(coalesce(user_days.reported_on, gained.reported_on) as date) as reported_on,
    cast(user_days.views as bigint) as impressions,
    cast(user_days.reach as bigint) as reach,
    cast(user_days.profile_links_taps as bigint) as clicks,
    cast(user_days.likes as bigint) as likes,
    cast(user_days.comments as bigint) as comments,
    cast(user_days.shares as bigint) as shares,
    cast(gained.follower_count as bigint) as followers_gained_organic,
    cast(null as bigint) as followers_gained_paid
from user_days
full outer join gained
    on user_days.user_id = gained.user_id and user_days.reported_on = gained.reported_on
