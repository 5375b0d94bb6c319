with source_rows as (
    select * from {{ source('facebook_pages', 'page_insights') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'facebook_pages' as platform,
    cast(page_id as varchar) as page_id,
    cast(reported_on as date) as reported_on,
    cast(max(case when metric = 'page_media_view' then value end) as bigint) as impressions,
    cast(
        max(case when metric = 'page_total_media_view_unique' then value end) as bigint
    ) as reach,
    cast(null as bigint) as clicks,
    cast(null as bigint) as likes,
    cast(null as bigint) as comments,
    cast(null as bigint) as shares,
    cast(
        max(case when metric = 'page_daily_follows_unique' then value end)
        - max(case when metric = 'page_daily_unfollows_unique' then value end)
        as bigint
    ) as followers_gained_organic,
    cast(null as bigint) as followers_gained_paid
from source_rows
group by page_id, reported_on
