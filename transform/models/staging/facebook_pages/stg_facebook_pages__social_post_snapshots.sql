with source_rows as (
    select * from {{ source('facebook_pages', 'post_insights') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

pivoted as (
    select
        post_id,
        observed_on,
        max(case when metric = 'post_media_view' then value end) as impressions,
        max(case when metric = 'post_total_media_view_unique' then value end) as reach,
        max(case when metric = 'post_clicks' then value end) as clicks,
        max(
            case when metric = 'post_reactions_by_type_total' and part = '' then value end
        ) as likes,
        -- The whole is there even where nobody did anything; a part is not.
        max(
            case when metric = 'post_activity_by_action_type' and part = '' then 0 end
        ) as no_activity,
        max(
            case when metric = 'post_activity_by_action_type' and part = 'comment' then value end
        ) as comments,
        max(
            case when metric = 'post_activity_by_action_type' and part = 'share' then value end
        ) as shares
    from source_rows
    group by post_id, observed_on
)

select
    'facebook_pages' as platform,
    cast(post_id as varchar) as post_id,
    cast(observed_on as date) as observed_on,
    cast(impressions as bigint) as impressions,
    cast(reach as bigint) as reach,
    cast(clicks as bigint) as clicks,
    cast(likes as bigint) as likes,
    cast(coalesce(comments, no_activity) as bigint) as comments,
    cast(coalesce(shares, no_activity) as bigint) as shares
from pivoted
