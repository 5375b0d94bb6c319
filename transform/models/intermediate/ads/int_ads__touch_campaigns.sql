{{ config(materialized='view') }}
with touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

channels as (
    select * from {{ ref('int_campaigns__channels') }}
),

ad_networks as (
    select * from {{ ref('stg_config__ad_networks') }}
),

ad_platforms as (
    select distinct platform from {{ ref('int_ads__ad_days') }}
),

-- Where one platform alone sells a network's clicks here, a click of the network is the platform's.
network_platforms as (
    select
        ad_networks.ad_network,
        min(ad_platforms.platform) as platform
    from ad_platforms
    inner join ad_networks on ad_platforms.platform like ad_networks.platform
    group by ad_networks.ad_network
    having count(distinct ad_platforms.platform) = 1
)

select
    touchpoints.touchpoint_id,
    coalesce(ad_platforms.platform, network_platforms.platform, touchpoints.ad_network) as platform,
    coalesce(touchpoints.campaign_id, '(none)') as campaign_id
from touchpoints
left join campaigns on touchpoints.campaign_id = campaigns.campaign_id
left join ad_platforms on campaigns.platform = ad_platforms.platform
left join channels on touchpoints.channel = channels.channel
left join network_platforms on touchpoints.ad_network = network_platforms.ad_network
where channels.is_paid or ad_platforms.platform is not null
