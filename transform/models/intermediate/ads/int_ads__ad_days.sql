{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['platform', 'account_id', 'campaign_native_id', 'ad_group_id', 'ad_id', 'reported_on'],
    meta={
        'reads': ['int_ads__reported_days'],
        'scope': ['platform', 'account_id', 'reported_on'],
        'feeds': {
            'day': ['platform', 'account_id', 'reported_on'],
            'date': ['reported_on']
        }
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_ads__reported_days', 'day') }} as days
    union all
    -- Days become final, and rates become known, as time goes by.
    select {{ unit_key(['days.platform', 'days.account_id', 'days.reported_on']) }} as unit
    from {{ this }} as days
    left join {{ ref('stg_config__lookback_windows') }} as lookbacks
        on days.platform = lookbacks.platform
    where
        days.fx_rate is null
        or (
            not days.is_final
            and {{ add_days('days.reported_on', 'coalesce(lookbacks.final_after_days, 30)') }}
            < {{ date_of(as_of()) }}
        )
{%- endset -%}
{%- do recompute(since, units) %}
with contributions as (
    select * from {{ ref('int_ads__contributions') }}
    where {{ in_scope(since, ['platform', 'account_id', 'reported_on']) }}
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

closed as (
    select
        platform,
        account_id,
        campaign_native_id,
        ad_group_id,
        ad_id,
        reported_on,
        max(currency_code) as currency_code,
        max(account_time_zone) as account_time_zone,
        max(attribution_setting) as attribution_setting,
        max(api_version) as api_version,
        max(observed_at) as observed_at,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(spend_amount) as spend_amount,
        -- Conversions are fractions: what binary sums leave behind is no residual.
        round(sum(platform_conversions), 6) as platform_conversions,
        round(sum(platform_conversion_value), 6) as platform_conversion_value,
        max(case when is_own then 0 else 1 end) = 1 as has_finer_rows
    from contributions
    group by platform, account_id, campaign_native_id, ad_group_id, ad_id, reported_on
),

kept as (
    -- A grain that its finer rows fill to the last cent leaves nothing to close.
    select *
    from closed
    where
        not has_finer_rows
        or impressions <> 0
        or clicks <> 0
        or spend_amount <> 0
        or platform_conversions <> 0
        or platform_conversion_value <> 0
)

select
    {{ surrogate_key(['kept.platform', 'kept.account_id', 'kept.campaign_native_id']) }}
        as campaign_id,
    kept.platform,
    kept.account_id,
    kept.campaign_native_id,
    kept.ad_group_id,
    kept.ad_id,
    kept.reported_on,
    cast(kept.impressions as bigint) as impressions,
    cast(kept.clicks as bigint) as clicks,
    cast(kept.spend_amount as decimal(18, 6)) as spend_amount,
    kept.currency_code,
    cast(
        case
            when kept.currency_code = company.reporting_currency then 1.0 else rates.rate
        end as decimal(18, 8)
    ) as fx_rate,
    case
        when kept.currency_code = company.reporting_currency then kept.reported_on
        else rates.quoted_on
    end as fx_quoted_on,
    company.reporting_currency as reporting_currency_code,
    kept.platform_conversions,
    kept.platform_conversion_value,
    kept.attribution_setting,
    kept.api_version,
    kept.account_time_zone,
    {{ add_days('kept.reported_on', 'coalesce(lookbacks.final_after_days, 30)') }}
    < {{ date_of(as_of()) }} as is_final,
    kept.ad_id = '(not at this grain)' as is_residual,
    kept.observed_at
from kept
cross join company
left join rates
    on kept.reported_on = rates.rate_on and kept.currency_code = rates.from_currency
left join lookbacks on kept.platform = lookbacks.platform
