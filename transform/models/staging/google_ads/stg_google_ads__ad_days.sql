with account_stats as (
    select * from {{ source('google_ads', 'account_stats') }}
    where not coalesce(is_deleted, false)
),

campaign_stats as (
    select * from {{ source('google_ads', 'campaign_stats') }}
    where not coalesce(is_deleted, false)
),

ad_group_stats as (
    select * from {{ source('google_ads', 'ad_group_stats') }}
    where not coalesce(is_deleted, false)
),

ad_stats as (
    select * from {{ source('google_ads', 'ad_stats') }}
    where not coalesce(is_deleted, false)
)

select
    'google_ads' as platform,
    'account' as grain,
    cast(customer__id as varchar) as account_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as ad_group_id,
    cast(null as varchar) as ad_id,
    cast(segments__date as date) as reported_on,
    cast(null as varchar) as campaign_name,
    cast(null as varchar) as ad_group_name,
    customer__currency_code as currency_code,
    customer__time_zone as account_time_zone,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value,
    'account default, by click date' as attribution_setting,
    'v26' as api_version,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as superseded_at
from account_stats
union all
select
    'google_ads' as platform,
    'campaign' as grain,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(null as varchar) as ad_group_id,
    cast(null as varchar) as ad_id,
    cast(segments__date as date) as reported_on,
    campaign__name as campaign_name,
    cast(null as varchar) as ad_group_name,
    customer__currency_code as currency_code,
    customer__time_zone as account_time_zone,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value,
    'account default, by click date' as attribution_setting,
    'v26' as api_version,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as superseded_at
from campaign_stats
union all
select
    'google_ads' as platform,
    'ad_group' as grain,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    cast(null as varchar) as ad_id,
    cast(segments__date as date) as reported_on,
    campaign__name as campaign_name,
    ad_group__name as ad_group_name,
    customer__currency_code as currency_code,
    customer__time_zone as account_time_zone,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value,
    'account default, by click date' as attribution_setting,
    'v26' as api_version,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as superseded_at
from ad_group_stats
union all
select
    'google_ads' as platform,
    'ad' as grain,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    cast(ad_group_ad__ad__id as varchar) as ad_id,
    cast(segments__date as date) as reported_on,
    campaign__name as campaign_name,
    ad_group__name as ad_group_name,
    customer__currency_code as currency_code,
    customer__time_zone as account_time_zone,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value,
    'account default, by click date' as attribution_setting,
    'v26' as api_version,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as superseded_at
from ad_stats
