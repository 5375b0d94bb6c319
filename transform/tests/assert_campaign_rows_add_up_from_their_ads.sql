-- A campaign's own row is the sum of its ads and residuals, for every measure that is counted.
with reported as (
    select * from {{ ref('int_ads__reported_days') }}
    where grain = 'campaign'
),

summed as (
    select
        platform,
        account_id,
        campaign_native_id,
        reported_on,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(spend_amount) as spend_amount,
        sum(platform_conversions) as platform_conversions
    from {{ ref('int_ads__ad_days') }}
    group by platform, account_id, campaign_native_id, reported_on
)

select
    reported.platform,
    reported.account_id,
    reported.campaign_native_id,
    reported.reported_on
from reported
left join summed
    on
        reported.platform = summed.platform
        and reported.account_id = summed.account_id
        and reported.campaign_native_id = summed.campaign_native_id
        and reported.reported_on = summed.reported_on
where
    reported.impressions <> coalesce(summed.impressions, 0)
    or reported.clicks <> coalesce(summed.clicks, 0)
    or reported.spend_amount <> coalesce(summed.spend_amount, 0)
    or abs(reported.platform_conversions - coalesce(summed.platform_conversions, 0)) > 0.00001
