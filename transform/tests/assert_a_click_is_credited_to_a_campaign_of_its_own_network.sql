-- A tag that several networks use does not say who sold the click: the click id or the source does.
with touches as (
    select
        touches.touchpoint_id,
        touches.campaign_id,
        signs.ad_network,
        row_number() over (
            partition by touches.touchpoint_id order by signs.rule_order
        ) as network_rank
    from {{ ref('fct_touchpoints') }} as touches
    inner join {{ ref('stg_config__ad_network_signs') }} as signs
        on
            (signs.match_click_id is null or touches.click_id_type = signs.match_click_id)
            and (signs.match_source is null or touches.source like signs.match_source)
)

select
    touches.touchpoint_id,
    touches.ad_network,
    campaigns.platform
from touches
inner join {{ ref('dim_campaigns') }} as campaigns on touches.campaign_id = campaigns.campaign_id
inner join {{ ref('stg_config__channels') }} as channels on campaigns.channel = channels.channel
where
    touches.network_rank = 1
    and channels.is_paid
    and campaigns.platform <> 'utm'
    and not exists (
        select 1 from {{ ref('stg_config__ad_networks') }} as networks
        where
            networks.ad_network = touches.ad_network
            and campaigns.platform like networks.platform
    )
