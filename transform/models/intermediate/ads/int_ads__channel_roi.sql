{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['date_day', 'channel', 'campaign_id', 'attribution_model', 'stage'],
    meta={
        'reads': ['int_ads__spend_days', 'int_attribution__credits'],
        'scope': ['date_day'],
        'feeds': {'day': ['date_day']}
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_ads__spend_days', 'day') }} as days
    union all
    -- A UTC day lies within three days of any reporting zone.
    select
        cast(
            {{ date_of(add_days('cast(days.unit as date)', 'offsets.offset_days')) }} as varchar
        ) as unit
    from {{ announced(since, 'int_attribution__credits', 'day') }} as days
    cross join (
        select -1 as offset_days
        union all
        select 0 as offset_days
        union all
        select 1 as offset_days
    ) as offsets
{%- endset -%}
{%- do recompute(since, units) %}
with spend_days as (
    select * from {{ ref('int_ads__spend_days') }}
    where {{ in_scope(since, ['date_day']) }}
),

credits as (
    select * from {{ ref('int_attribution__credits') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

slices as (
    -- Spend stands beside every model and stage, also those that have credited nothing yet.
    select
        attribution_models.model as attribution_model,
        attribution_windows.stage
    from {{ ref('stg_config__attribution_models') }} as attribution_models
    cross join {{ ref('stg_config__attribution_windows') }} as attribution_windows
    union
    select
        attribution_model,
        stage
    from credits
),

spend_slices as (
    select
        spend_days.*,
        slices.attribution_model,
        slices.stage
    from spend_days
    cross join slices
),

dated_credits as (
    select
        credits.*,
        {{ date_in_zone('credits.converted_at', 'company.reporting_time_zone') }} as date_day,
        -- A refund takes value back and is no second conversion. Decimals: sums of doubles depend
        -- on the order of the rows.
        case
            when credits.is_reversal then 0 else cast(credits.weight as decimal(28, 18))
        end as conversion_share
    from credits
    cross join company
    where
        {{ in_scope(since, [
            date_in_zone('credits.converted_at', 'company.reporting_time_zone')
        ]) }}
),

credit_slices as (
    select
        date_day,
        channel,
        coalesce(campaign_id, '(none)') as campaign_id,
        attribution_model,
        stage,
        sum(conversion_share) as conversions,
        sum(value_amount_reporting) as value_amount_reporting,
        max(case when value_amount_reporting is null then 1 else 0 end) = 1
            as is_value_rate_missing
    from dated_credits
    group by date_day, channel, coalesce(campaign_id, '(none)'), attribution_model, stage
),

coverage as (
    select
        date_day,
        attribution_model,
        stage,
        sum(case when channel <> '(none)' then conversion_share else 0 end)
        / nullif(sum(conversion_share), 0) as coverage_share
    from dated_credits
    group by date_day, attribution_model, stage
),

joined as (
    select
        coalesce(spend_slices.date_day, credit_slices.date_day) as date_day,
        coalesce(spend_slices.channel, credit_slices.channel) as channel,
        coalesce(spend_slices.campaign_id, credit_slices.campaign_id) as campaign_id,
        coalesce(spend_slices.attribution_model, credit_slices.attribution_model)
            as attribution_model,
        coalesce(spend_slices.stage, credit_slices.stage) as stage,
        case
            when spend_slices.campaign_id is null then 0
            else spend_slices.spend_amount_reporting
        end as spend_amount_reporting,
        spend_slices.platform_value_reporting,
        coalesce(credit_slices.conversions, 0) as conversions,
        case
            when credit_slices.campaign_id is null then 0
            else credit_slices.value_amount_reporting
        end as value_amount_reporting,
        coalesce(spend_slices.is_spend_rate_missing, false) as is_spend_rate_missing,
        coalesce(credit_slices.is_value_rate_missing, false) as is_value_rate_missing
    from spend_slices
    full outer join credit_slices
        on
            spend_slices.date_day = credit_slices.date_day
            and spend_slices.channel = credit_slices.channel
            and spend_slices.campaign_id = credit_slices.campaign_id
            and spend_slices.attribution_model = credit_slices.attribution_model
            and spend_slices.stage = credit_slices.stage
)

select
    joined.*,
    coverage.coverage_share
from joined
left join coverage
    on
        joined.date_day = coverage.date_day
        and joined.attribution_model = coverage.attribution_model
        and joined.stage = coverage.stage
