{{ config(materialized='view') }}
{%- set measures = [
    'impressions', 'clicks', 'spend_amount', 'platform_conversions', 'platform_conversion_value'
] -%}
with reported as (
    select * from {{ ref('int_ads__reported_days') }}
),

coarser_rows as (
    select distinct
        platform,
        account_id,
        campaign_native_id,
        ad_group_id,
        reported_on,
        grain
    from reported
    where grain <> 'ad'
),

placed as (
    -- Each row lies inside the finest coarser row that the platform reports for the same day.
    select
        reported.*,
        case
            when reported.grain = 'ad' and ad_groups.grain is not null then 'ad_group'
            when reported.grain in ('ad', 'ad_group') and campaigns.grain is not null
                then 'campaign'
            when reported.grain <> 'account' and accounts.grain is not null then 'account'
        end as inside_grain
    from reported
    left join coarser_rows as ad_groups
        on
            ad_groups.grain = 'ad_group'
            and reported.platform = ad_groups.platform
            and reported.account_id = ad_groups.account_id
            and reported.campaign_native_id = ad_groups.campaign_native_id
            and reported.ad_group_id = ad_groups.ad_group_id
            and reported.reported_on = ad_groups.reported_on
    left join coarser_rows as campaigns
        on
            campaigns.grain = 'campaign'
            and reported.platform = campaigns.platform
            and reported.account_id = campaigns.account_id
            and reported.campaign_native_id = campaigns.campaign_native_id
            and reported.reported_on = campaigns.reported_on
    left join coarser_rows as accounts
        on
            accounts.grain = 'account'
            and reported.platform = accounts.platform
            and reported.account_id = accounts.account_id
            and reported.reported_on = accounts.reported_on
)

-- What a row reports counts at its own grain, and is taken off the row that already holds it.
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
    api_version,
    {% for measure in measures %}{{ measure }},
    {% endfor -%}
    true as is_own,
    observed_at
from placed
union all
select
    platform,
    account_id,
    case
        when inside_grain = 'account' then '(not at this grain)' else campaign_native_id
    end as campaign_native_id,
    case
        when inside_grain = 'ad_group' then ad_group_id else '(not at this grain)'
    end as ad_group_id,
    '(not at this grain)' as ad_id,
    reported_on,
    currency_code,
    account_time_zone,
    attribution_setting,
    api_version,
    {% for measure in measures %}-{{ measure }} as {{ measure }},
    {% endfor -%}
    false as is_own,
    observed_at
from placed
where inside_grain is not null
