{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['platform', 'account_id', 'campaign_id', 'ad_group_id', 'ad_id', 'reported_on'],
    meta={
        'reads': ['int_ads__ad_days'],
        'scope': ['platform', 'account_id', 'reported_on']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_ads__ad_days', 'day') }} as days
{%- endset -%}
{%- do recompute(since, units) %}
with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
    where {{ in_scope(since, ['platform', 'account_id', 'reported_on']) }}
)

select
    platform,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    reported_on,
    impressions,
    clicks,
    spend_amount,
    currency_code,
    cast(spend_amount * fx_rate as decimal(18, 6)) as spend_amount_reporting,
    cast(fx_rate as double) as fx_rate,
    fx_quoted_on,
    reporting_currency_code,
    platform_conversions,
    platform_conversion_value,
    attribution_setting,
    api_version,
    account_time_zone,
    is_final,
    is_residual,
    observed_at
from ad_days
