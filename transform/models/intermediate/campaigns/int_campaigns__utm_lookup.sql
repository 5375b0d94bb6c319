{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['utm_campaign_normalised', 'channel', 'ad_network'],
    meta={
        'feeds': {'campaign': ['utm_campaign_normalised', 'channel', 'ad_network']}
    }
) }}
with campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

ad_networks as (
    select * from {{ ref('stg_config__ad_networks') }}
),

network_names as (
    select ad_network from {{ ref('stg_config__ad_network_signs') }}
    union
    select '(none)' as ad_network
),

tagged as (
    select * from campaigns
    where platform = 'utm'
),

candidates as (
    -- A touch of a known network can only come from that network's campaigns.
    select
        campaigns.canonical_campaign,
        campaigns.channel,
        ad_networks.ad_network,
        campaigns.campaign_id
    from campaigns
    inner join ad_networks on campaigns.platform like ad_networks.platform
    where campaigns.platform <> 'utm'
    union
    select
        canonical_campaign,
        channel,
        '(none)' as ad_network,
        campaign_id
    from campaigns
    where platform <> 'utm'
),

native_campaigns as (
    -- A value that several campaigns share means none of them alone.
    select
        canonical_campaign,
        channel,
        ad_network,
        min(campaign_id) as campaign_id
    from candidates
    group by canonical_campaign, channel, ad_network
    having count(*) = 1
)

select
    tagged.campaign_native_id as utm_campaign_normalised,
    tagged.channel,
    network_names.ad_network,
    coalesce(native_campaigns.campaign_id, tagged.campaign_id) as campaign_id
from tagged
cross join network_names
left join native_campaigns
    on
        tagged.canonical_campaign = native_campaigns.canonical_campaign
        and tagged.channel = native_campaigns.channel
        and network_names.ad_network = native_campaigns.ad_network
