with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
)

select
    platform,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    reported_on,
    impressions,
    clicks,
    spend_amount,
    currency_code,
    cast(spend_amount * fx_rate as decimal(18, 6)) as spend_amount_reporting,
    cast(fx_rate as double) as fx_rate,
    platform_conversions,
    platform_conversion_value,
    attribution_setting,
    account_time_zone,
    is_final,
    is_residual,
    observed_at
from ad_days
