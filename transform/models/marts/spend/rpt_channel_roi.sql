{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['date_day', 'channel', 'campaign_id', 'attribution_model', 'stage'],
    meta={
        'reads': ['int_ads__channel_roi'],
        'scope': ['date_day']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_ads__channel_roi', 'day') }} as days
{%- endset -%}
{%- do recompute(since, units) %}
with channel_roi as (
    select * from {{ ref('int_ads__channel_roi') }}
    where {{ in_scope(since, ['date_day']) }}
)

select
    date_day,
    channel,
    campaign_id,
    attribution_model,
    stage,
    cast(spend_amount_reporting as decimal(18, 6)) as spend_amount_reporting,
    cast(conversions as double) as conversions,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    cast(value_amount_reporting as double) / nullif(cast(spend_amount_reporting as double), 0)
        as roas_modelled,
    cast(platform_value_reporting as double) / nullif(cast(spend_amount_reporting as double), 0)
        as roas_platform,
    cast(
        sum(value_amount_reporting) over (partition by date_day, attribution_model, stage)
        as double
    ) / nullif(
        cast(
            sum(spend_amount_reporting) over (partition by date_day, attribution_model, stage)
            as double
        ),
        0
    ) as roas_blended,
    cast(coverage_share as double) as coverage_share,
    is_spend_rate_missing,
    is_value_rate_missing
from channel_roi
