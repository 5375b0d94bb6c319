with reported as (
    {% for platform in var('ad_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__ad_days') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    platform,
    grain,
    account_id,
    coalesce(campaign_id, '(not at this grain)') as campaign_native_id,
    coalesce(ad_group_id, '(not at this grain)') as ad_group_id,
    coalesce(ad_id, '(not at this grain)') as ad_id,
    reported_on,
    max(currency_code) as currency_code,
    max(account_time_zone) as account_time_zone,
    max(attribution_setting) as attribution_setting,
    sum(coalesce(impressions, 0)) as impressions,
    sum(coalesce(clicks, 0)) as clicks,
    sum(coalesce(spend_amount, 0)) as spend_amount,
    sum(coalesce(platform_conversions, 0)) as platform_conversions,
    sum(coalesce(platform_conversion_value, 0)) as platform_conversion_value,
    max(observed_at) as observed_at
from reported
group by
    platform,
    grain,
    account_id,
    coalesce(campaign_id, '(not at this grain)'),
    coalesce(ad_group_id, '(not at this grain)'),
    coalesce(ad_id, '(not at this grain)'),
    reported_on
