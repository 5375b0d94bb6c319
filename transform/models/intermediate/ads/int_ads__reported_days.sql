{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=[
        'platform', 'grain', 'account_id', 'campaign_native_id', 'ad_group_id', 'ad_id', 'reported_on'
    ],
    meta={
        'scope': ['platform', 'account_id', 'reported_on'],
        'touched': staging_models('ad_platforms', 'touched_ad_days'),
        'feeds': {'day': ['platform', 'account_id', 'reported_on']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    {% for platform in var('ad_platforms') %}
        select {{ unit_key(['platform', 'account_id', 'reported_on']) }} as unit
        from {{ ref('stg_' ~ platform ~ '__touched_ad_days') }}
        where {{ is_new_load('load_id') }} or closed_at >= {{ built_as_of(since) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endset -%}
{%- do recompute(since, units) %}
with reported as (
    {% for platform in var('ad_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__ad_days') }}
        where
            superseded_at is null
            and {{ in_scope(since, ['platform', 'account_id', 'reported_on']) }}
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
    max(api_version) as api_version,
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
