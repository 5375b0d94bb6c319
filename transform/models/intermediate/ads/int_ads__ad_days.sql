with reported as (
    select * from {{ ref('int_ads__reported_days') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

lookbacks as (
    select * from {{ ref('stg_config__lookback_windows') }}
),

ad_rows as (
    select * from reported
    where grain = 'ad'
),

ad_group_rows as (
    select * from reported
    where grain = 'ad_group'
),

ad_group_below as (
    select
        platform,
        account_id,
        campaign_native_id,
        ad_group_id,
        reported_on,
        max(currency_code) as currency_code,
        max(account_time_zone) as account_time_zone,
        max(attribution_setting) as attribution_setting,
        max(observed_at) as observed_at,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(spend_amount) as spend_amount,
        sum(platform_conversions) as platform_conversions,
        sum(platform_conversion_value) as platform_conversion_value
    from ad_rows
    group by platform, account_id, campaign_native_id, ad_group_id, reported_on
),

ad_group_totals as (
    select
        coalesce(upper_rows.platform, lower_rows.platform) as platform,
        coalesce(upper_rows.account_id, lower_rows.account_id) as account_id,
        coalesce(upper_rows.campaign_native_id, lower_rows.campaign_native_id) as campaign_native_id,
        coalesce(upper_rows.ad_group_id, lower_rows.ad_group_id) as ad_group_id,
        coalesce(upper_rows.reported_on, lower_rows.reported_on) as reported_on,
        coalesce(upper_rows.currency_code, lower_rows.currency_code) as currency_code,
        coalesce(upper_rows.account_time_zone, lower_rows.account_time_zone)
            as account_time_zone,
        coalesce(upper_rows.attribution_setting, lower_rows.attribution_setting)
            as attribution_setting,
        coalesce(upper_rows.observed_at, lower_rows.observed_at) as observed_at,
        coalesce(upper_rows.impressions, lower_rows.impressions) as impressions,
        coalesce(upper_rows.clicks, lower_rows.clicks) as clicks,
        coalesce(upper_rows.spend_amount, lower_rows.spend_amount) as spend_amount,
        coalesce(upper_rows.platform_conversions, lower_rows.platform_conversions) as platform_conversions,
        coalesce(upper_rows.platform_conversion_value, lower_rows.platform_conversion_value) as platform_conversion_value
    from ad_group_rows as upper_rows
    full outer join ad_group_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.campaign_native_id = lower_rows.campaign_native_id
        and upper_rows.ad_group_id = lower_rows.ad_group_id
        and upper_rows.reported_on = lower_rows.reported_on
),

ad_group_residuals as (
    select
        upper_rows.platform,
        upper_rows.account_id,
        upper_rows.campaign_native_id,
        upper_rows.ad_group_id,
        upper_rows.reported_on,
        upper_rows.currency_code,
        upper_rows.account_time_zone,
        upper_rows.attribution_setting,
        upper_rows.observed_at,
        upper_rows.impressions - coalesce(lower_rows.impressions, 0) as impressions,
        upper_rows.clicks - coalesce(lower_rows.clicks, 0) as clicks,
        upper_rows.spend_amount - coalesce(lower_rows.spend_amount, 0) as spend_amount,
        upper_rows.platform_conversions - coalesce(lower_rows.platform_conversions, 0) as platform_conversions,
        upper_rows.platform_conversion_value - coalesce(lower_rows.platform_conversion_value, 0) as platform_conversion_value
    from ad_group_rows as upper_rows
    left join ad_group_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.campaign_native_id = lower_rows.campaign_native_id
        and upper_rows.ad_group_id = lower_rows.ad_group_id
        and upper_rows.reported_on = lower_rows.reported_on
),

campaign_rows as (
    select * from reported
    where grain = 'campaign'
),

campaign_below as (
    select
        platform,
        account_id,
        campaign_native_id,
        reported_on,
        max(currency_code) as currency_code,
        max(account_time_zone) as account_time_zone,
        max(attribution_setting) as attribution_setting,
        max(observed_at) as observed_at,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(spend_amount) as spend_amount,
        sum(platform_conversions) as platform_conversions,
        sum(platform_conversion_value) as platform_conversion_value
    from ad_group_totals
    group by platform, account_id, campaign_native_id, reported_on
),

campaign_totals as (
    select
        coalesce(upper_rows.platform, lower_rows.platform) as platform,
        coalesce(upper_rows.account_id, lower_rows.account_id) as account_id,
        coalesce(upper_rows.campaign_native_id, lower_rows.campaign_native_id) as campaign_native_id,
        coalesce(upper_rows.reported_on, lower_rows.reported_on) as reported_on,
        coalesce(upper_rows.currency_code, lower_rows.currency_code) as currency_code,
        coalesce(upper_rows.account_time_zone, lower_rows.account_time_zone)
            as account_time_zone,
        coalesce(upper_rows.attribution_setting, lower_rows.attribution_setting)
            as attribution_setting,
        coalesce(upper_rows.observed_at, lower_rows.observed_at) as observed_at,
        coalesce(upper_rows.impressions, lower_rows.impressions) as impressions,
        coalesce(upper_rows.clicks, lower_rows.clicks) as clicks,
        coalesce(upper_rows.spend_amount, lower_rows.spend_amount) as spend_amount,
        coalesce(upper_rows.platform_conversions, lower_rows.platform_conversions) as platform_conversions,
        coalesce(upper_rows.platform_conversion_value, lower_rows.platform_conversion_value) as platform_conversion_value
    from campaign_rows as upper_rows
    full outer join campaign_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.campaign_native_id = lower_rows.campaign_native_id
        and upper_rows.reported_on = lower_rows.reported_on
),

campaign_residuals as (
    select
        upper_rows.platform,
        upper_rows.account_id,
        upper_rows.campaign_native_id,
        upper_rows.reported_on,
        upper_rows.currency_code,
        upper_rows.account_time_zone,
        upper_rows.attribution_setting,
        upper_rows.observed_at,
        upper_rows.impressions - coalesce(lower_rows.impressions, 0) as impressions,
        upper_rows.clicks - coalesce(lower_rows.clicks, 0) as clicks,
        upper_rows.spend_amount - coalesce(lower_rows.spend_amount, 0) as spend_amount,
        upper_rows.platform_conversions - coalesce(lower_rows.platform_conversions, 0) as platform_conversions,
        upper_rows.platform_conversion_value - coalesce(lower_rows.platform_conversion_value, 0) as platform_conversion_value
    from campaign_rows as upper_rows
    left join campaign_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.campaign_native_id = lower_rows.campaign_native_id
        and upper_rows.reported_on = lower_rows.reported_on
),

account_rows as (
    select * from reported
    where grain = 'account'
),

account_below as (
    select
        platform,
        account_id,
        reported_on,
        max(currency_code) as currency_code,
        max(account_time_zone) as account_time_zone,
        max(attribution_setting) as attribution_setting,
        max(observed_at) as observed_at,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(spend_amount) as spend_amount,
        sum(platform_conversions) as platform_conversions,
        sum(platform_conversion_value) as platform_conversion_value
    from campaign_totals
    group by platform, account_id, reported_on
),

account_totals as (
    select
        coalesce(upper_rows.platform, lower_rows.platform) as platform,
        coalesce(upper_rows.account_id, lower_rows.account_id) as account_id,
        coalesce(upper_rows.reported_on, lower_rows.reported_on) as reported_on,
        coalesce(upper_rows.currency_code, lower_rows.currency_code) as currency_code,
        coalesce(upper_rows.account_time_zone, lower_rows.account_time_zone)
            as account_time_zone,
        coalesce(upper_rows.attribution_setting, lower_rows.attribution_setting)
            as attribution_setting,
        coalesce(upper_rows.observed_at, lower_rows.observed_at) as observed_at,
        coalesce(upper_rows.impressions, lower_rows.impressions) as impressions,
        coalesce(upper_rows.clicks, lower_rows.clicks) as clicks,
        coalesce(upper_rows.spend_amount, lower_rows.spend_amount) as spend_amount,
        coalesce(upper_rows.platform_conversions, lower_rows.platform_conversions) as platform_conversions,
        coalesce(upper_rows.platform_conversion_value, lower_rows.platform_conversion_value) as platform_conversion_value
    from account_rows as upper_rows
    full outer join account_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.reported_on = lower_rows.reported_on
),

account_residuals as (
    select
        upper_rows.platform,
        upper_rows.account_id,
        upper_rows.reported_on,
        upper_rows.currency_code,
        upper_rows.account_time_zone,
        upper_rows.attribution_setting,
        upper_rows.observed_at,
        upper_rows.impressions - coalesce(lower_rows.impressions, 0) as impressions,
        upper_rows.clicks - coalesce(lower_rows.clicks, 0) as clicks,
        upper_rows.spend_amount - coalesce(lower_rows.spend_amount, 0) as spend_amount,
        upper_rows.platform_conversions - coalesce(lower_rows.platform_conversions, 0) as platform_conversions,
        upper_rows.platform_conversion_value - coalesce(lower_rows.platform_conversion_value, 0) as platform_conversion_value
    from account_rows as upper_rows
    left join account_below as lower_rows
        on upper_rows.platform = lower_rows.platform
        and upper_rows.account_id = lower_rows.account_id
        and upper_rows.reported_on = lower_rows.reported_on
),

closed as (
    select
        platform,
        account_id,
        campaign_native_id,
        ad_group_id,
        ad_id,
        reported_on,
        currency_code,
        account_time_zone,
        attribution_setting,
        observed_at,
        impressions,
        clicks,
        spend_amount,
        platform_conversions,
        platform_conversion_value,
        false as is_residual
    from ad_rows
    union all
    select
        platform,
        account_id,
        campaign_native_id,
        ad_group_id,
        '(not at this grain)' as ad_id,
        reported_on,
        currency_code,
        account_time_zone,
        attribution_setting,
        observed_at,
        impressions,
        clicks,
        spend_amount,
        platform_conversions,
        platform_conversion_value,
        true as is_residual
    from ad_group_residuals
    union all
    select
        platform,
        account_id,
        campaign_native_id,
        '(not at this grain)' as ad_group_id,
        '(not at this grain)' as ad_id,
        reported_on,
        currency_code,
        account_time_zone,
        attribution_setting,
        observed_at,
        impressions,
        clicks,
        spend_amount,
        platform_conversions,
        platform_conversion_value,
        true as is_residual
    from campaign_residuals
    union all
    select
        platform,
        account_id,
        '(not at this grain)' as campaign_native_id,
        '(not at this grain)' as ad_group_id,
        '(not at this grain)' as ad_id,
        reported_on,
        currency_code,
        account_time_zone,
        attribution_setting,
        observed_at,
        impressions,
        clicks,
        spend_amount,
        platform_conversions,
        platform_conversion_value,
        true as is_residual
    from account_residuals
)

select
    {{ surrogate_key(['closed.platform', 'closed.account_id', 'closed.campaign_native_id']) }}
        as campaign_id,
    closed.platform,
    closed.account_id,
    closed.campaign_native_id,
    closed.ad_group_id,
    closed.ad_id,
    closed.reported_on,
    cast(closed.impressions as bigint) as impressions,
    cast(closed.clicks as bigint) as clicks,
    cast(closed.spend_amount as decimal(18, 6)) as spend_amount,
    closed.currency_code,
    case
        when closed.currency_code = company.reporting_currency then 1.0 else rates.rate
    end as fx_rate,
    closed.platform_conversions,
    closed.platform_conversion_value,
    closed.attribution_setting,
    closed.account_time_zone,
    {{ add_days('closed.reported_on', 'coalesce(lookbacks.final_after_days, 30)') }}
    <= {{ date_of(as_of()) }} as is_final,
    closed.is_residual,
    closed.observed_at
from closed
cross join company
left join rates
    on closed.reported_on = rates.rate_on and closed.currency_code = rates.from_currency
left join lookbacks on closed.platform = lookbacks.platform
where
    not closed.is_residual
    or closed.spend_amount <> 0
    or closed.clicks <> 0
    or closed.impressions <> 0
    or abs(closed.platform_conversions) > 0.000001
    or abs(closed.platform_conversion_value) > 0.000001
