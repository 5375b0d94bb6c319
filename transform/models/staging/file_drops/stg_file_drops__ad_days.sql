with source_rows as (
    select * from {{ source('file_drops', 'ad_days') }}
    where not coalesce(is_deleted, false)
)

select
    source as platform,
    grain,
    cast(account_id as varchar) as account_id,
    nullif(cast(campaign_id as varchar), '') as campaign_id,
    nullif(cast(ad_group_id as varchar), '') as ad_group_id,
    nullif(cast(ad_id as varchar), '') as ad_id,
    cast(reported_on as date) as reported_on,
    campaign_name,
    ad_group_name,
    upper(currency_code) as currency_code,
    account_time_zone,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    {{ safe_decimal('spend', 18, 6) }} as spend_amount,
    cast(platform_conversions as double) as platform_conversions,
    cast(platform_conversion_value as double) as platform_conversion_value,
    'as stated in the file' as attribution_setting,
    cast(null as varchar) as api_version,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as superseded_at
from source_rows
