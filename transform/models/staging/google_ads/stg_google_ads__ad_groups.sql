with source_rows as (
    select * from {{ source('google_ads', 'ad_groups') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    ad_group__name as name,
    lower(ad_group__status) as status,
    lower(ad_group__type) as ad_group_type,
    cast(cast(ad_group__cpc_bid_micros as decimal(24, 0)) / 1000000 as decimal(18, 6))
        as bid_amount,
    coalesce(is_deleted, false) as is_deleted
from source_rows
