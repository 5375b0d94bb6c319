with insights as (
    select * from {{ source('meta_ads', 'insights') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

actions as (
    -- What the ad set's own attribution setting counts; the other windows are parts of it.
    select * from {{ source('meta_ads', 'insight_actions') }}
    where
        _dlt_valid_to is null
        and not coalesce(is_deleted, false)
        and attribution_window = '(setting)'
),

accounts as (
    select * from {{ source('meta_ads', 'accounts') }}
    where _dlt_valid_to is null
),

types as (
    select * from {{ ref('stg_config__ad_conversion_types') }}
    where platform = 'meta_ads'
),

tiered as (
    select
        actions.*,
        types.tier,
        min(types.tier) over (
            partition by
                actions.account_id,
                actions.level,
                actions.campaign_id,
                actions.adset_id,
                actions.ad_id,
                actions.date_start,
                types.family
        ) as counted_tier
    from actions
    inner join types on actions.action_type = types.action_type
),

claimed as (
    -- Types of one family overlap, so one tier of each counts.
    select
        account_id,
        level,
        campaign_id,
        adset_id,
        ad_id,
        date_start,
        cast(sum(actions) as double) as conversions,
        cast(sum(action_value) as double) as conversion_value
    from tiered
    where tier = counted_tier
    group by account_id, level, campaign_id, adset_id, ad_id, date_start
)

select
    'meta_ads' as platform,
    case insights.level when 'adset' then 'ad_group' else insights.level end as grain,
    insights.account_id,
    nullif(insights.campaign_id, '') as campaign_id,
    nullif(insights.adset_id, '') as ad_group_id,
    nullif(insights.ad_id, '') as ad_id,
    cast(insights.date_start as date) as reported_on,
    insights.campaign_name,
    insights.adset_name as ad_group_name,
    insights.account_currency as currency_code,
    accounts.timezone_name as account_time_zone,
    cast(insights.impressions as bigint) as impressions,
    -- Clicks that lead somewhere; Meta's `clicks` hold likes and comments as well.
    cast(insights.inline_link_clicks as bigint) as clicks,
    {{ safe_decimal('insights.spend', 18, 6) }} as spend_amount,
    coalesce(claimed.conversions, 0) as platform_conversions,
    coalesce(claimed.conversion_value, 0) as platform_conversion_value,
    coalesce(insights.attribution_setting, 'as each ad set is set') as attribution_setting,
    'v26.0' as api_version,
    cast(insights._dlt_valid_from as timestamp) as observed_at
from insights
left join accounts on insights.account_id = accounts.account_id
left join claimed
    on
        insights.account_id = claimed.account_id
        and insights.level = claimed.level
        and insights.campaign_id = claimed.campaign_id
        and insights.adset_id = claimed.adset_id
        and insights.ad_id = claimed.ad_id
        and insights.date_start = claimed.date_start
