with source_rows as (
    select * from {{ source('google_ads', 'click_views') }}
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    click_view__gclid as click_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    {{ regexp_extract('click_view__ad_group_ad', '~([0-9]+)$') }} as ad_id,
    {{ regexp_extract('click_view__keyword', '~([0-9]+)$') }} as criterion_id,
    lower(segments__ad_network_type) as network,
    lower(segments__device) as device,
    cast(segments__date as date) as clicked_on
from source_rows
