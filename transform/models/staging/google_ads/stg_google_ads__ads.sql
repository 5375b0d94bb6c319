with source_rows as (
    select * from {{ source('google_ads', 'ads') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    cast(ad_group_ad__ad__id as varchar) as ad_id,
    nullif(trim(ad_group_ad__ad__name), '') as name,
    lower(ad_group_ad__status) as status,
    lower(ad_group_ad__ad__type) as ad_type,
    ad_group_ad__ad__final_urls as landing_pages,
    coalesce(is_deleted, false) as is_deleted
from source_rows
