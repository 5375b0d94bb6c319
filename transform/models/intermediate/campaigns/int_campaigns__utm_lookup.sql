{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['utm_campaign_normalised', 'channel'],
    meta={
        'feeds': {'campaign': ['utm_campaign_normalised', 'channel']}
    }
) }}
with campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

tagged as (
    select * from campaigns
    where platform = 'utm'
),

native_campaigns as (
    -- A value that several campaigns share means none of them alone.
    select
        canonical_campaign,
        channel,
        min(campaign_id) as campaign_id
    from campaigns
    where platform <> 'utm'
    group by canonical_campaign, channel
    having count(*) = 1
)

select
    tagged.campaign_native_id as utm_campaign_normalised,
    tagged.channel,
    coalesce(native_campaigns.campaign_id, tagged.campaign_id) as campaign_id
from tagged
left join native_campaigns
    on
        tagged.canonical_campaign = native_campaigns.canonical_campaign
        and tagged.channel = native_campaigns.channel
