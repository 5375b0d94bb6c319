{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['date_day', 'channel', 'campaign_id'],
    meta={
        'reads': ['int_ads__ad_days', 'int_campaigns__campaigns'],
        'scope': ['date_day'],
        'feeds': {'day': ['date_day']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_ads__ad_days', 'date') }} as days
    union all
    select cast(reported_on as varchar) as unit
    from {{ ref('int_ads__ad_days') }}
    where campaign_id in {{ announced(since, 'int_campaigns__campaigns', 'campaign') }}
{%- endset -%}
{%- do recompute(since, units) %}
with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
    where {{ in_scope(since, ['reported_on']) }}
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
    -- Summed as decimals: sums of doubles depend on the order of the rows.
    cast(
        sum(
            cast(
                ad_days.platform_conversion_value * cast(ad_days.fx_rate as double)
                as decimal(28, 8)
            )
        ) as double
    ) as platform_value_reporting,
    cast(
        sum(cast(ad_days.platform_conversions as decimal(28, 6))) as double
    ) as platform_conversions,
    max(ad_days.attribution_setting) as attribution_setting,
    max(case when ad_days.spend_amount <> 0 and ad_days.fx_rate is null then 1 else 0 end) = 1
        as is_spend_rate_missing,
    max(
        case
            when ad_days.platform_conversion_value <> 0 and ad_days.fx_rate is null then 1
            else 0
        end
    ) = 1 as is_claim_rate_missing,
    min(case when ad_days.is_final then 1 else 0 end) = 1 as is_final
from ad_days
left join campaigns on ad_days.campaign_id = campaigns.campaign_id
group by ad_days.reported_on, coalesce(campaigns.channel, 'other'), ad_days.campaign_id
