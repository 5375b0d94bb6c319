with page_days as (
    select * from {{ source('linkedin_pages', 'page_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

follower_days as (
    select * from {{ source('linkedin_pages', 'follower_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

-- Either report may have a day that the other lacks.
select
    'linkedin_pages' as platform,
    cast(coalesce(page_days.organization, follower_days.organization) as varchar) as page_id,
    cast(coalesce(page_days.reported_on, follower_days.reported_on) as date) as reported_on,
    cast(page_days.impressions as bigint) as impressions,
    cast(page_days.unique_impressions as bigint) as reach,
    cast(page_days.clicks as bigint) as clicks,
    cast(page_days.likes as bigint) as likes,
    cast(page_days.comments as bigint) as comments,
    cast(page_days.shares as bigint) as shares,
    cast(follower_days.organic_gained as bigint) as followers_gained_organic,
    cast(follower_days.paid_gained as bigint) as followers_gained_paid
from page_days
full outer join follower_days
    on
        page_days.organization = follower_days.organization
        and page_days.reported_on = follower_days.reported_on
