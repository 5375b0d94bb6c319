with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
)

select
    ad_days.reported_on as date_day,
    coalesce(campaigns.channel, 'other') as channel,
    ad_days.campaign_id,
    cast(
        sum(cast(ad_days.spend_amount * ad_days.fx_rate as decimal(18, 6))) as decimal(18, 6)
    ) as spend_amount_reporting,
    sum(ad_days.platform_conversion_value * cast(ad_days.fx_rate as double))
        as platform_value_reporting,
    max(case when ad_days.spend_amount <> 0 and ad_days.fx_rate is null then 1 else 0 end) = 1
        as is_spend_rate_missing
from ad_days
left join campaigns on ad_days.campaign_id = campaigns.campaign_id
group by ad_days.reported_on, coalesce(campaigns.channel, 'other'), ad_days.campaign_id
