with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

credits as (
    select * from {{ ref('int_attribution__credits') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

models as (
    select distinct model as attribution_model from {{ ref('stg_config__attribution_models') }}
),

stages as (
    select distinct stage from {{ ref('stg_config__attribution_windows') }}
),

spend_days as (
    select
        ad_days.reported_on as date_day,
        coalesce(campaigns.channel, 'other') as channel,
        ad_days.campaign_id,
        cast(sum(ad_days.spend_amount * ad_days.fx_rate) as decimal(18, 6)) as spend
    from ad_days
    left join campaigns on ad_days.campaign_id = campaigns.campaign_id
    group by ad_days.reported_on, coalesce(campaigns.channel, 'other'), ad_days.campaign_id
),

spend_rows as (
    select
        spend_days.date_day,
        spend_days.channel,
        spend_days.campaign_id,
        models.attribution_model,
        stages.stage,
        spend_days.spend
    from spend_days
    cross join models
    cross join stages
),

credit_rows as (
    select
        {{ date_in_zone('credits.converted_at', 'company.reporting_time_zone') }} as date_day,
        credits.channel,
        coalesce(credits.campaign_id, '(none)') as campaign_id,
        credits.attribution_model,
        credits.stage,
        sum(case when credits.is_reversal then 0 else credits.weight end) as conversions,
        sum(credits.value_amount_reporting) as value_amount_reporting
    from credits
    cross join company
    group by
        {{ date_in_zone('credits.converted_at', 'company.reporting_time_zone') }},
        credits.channel,
        coalesce(credits.campaign_id, '(none)'),
        credits.attribution_model,
        credits.stage
),

coverage as (
    select
        attribution_model,
        stage,
        sum(case when channel = '(none)' then 0 else conversions end) / nullif(sum(conversions), 0)
            as coverage_share
    from credit_rows
    group by attribution_model, stage
),

joined as (
    select
        coalesce(spend_rows.date_day, credit_rows.date_day) as date_day,
        coalesce(spend_rows.channel, credit_rows.channel) as channel,
        coalesce(spend_rows.campaign_id, credit_rows.campaign_id) as campaign_id,
        coalesce(spend_rows.attribution_model, credit_rows.attribution_model)
            as attribution_model,
        coalesce(spend_rows.stage, credit_rows.stage) as stage,
        spend_rows.spend,
        credit_rows.conversions,
        credit_rows.value_amount_reporting
    from spend_rows
    full outer join credit_rows
        on
            spend_rows.date_day = credit_rows.date_day
            and spend_rows.channel = credit_rows.channel
            and spend_rows.campaign_id = credit_rows.campaign_id
            and spend_rows.attribution_model = credit_rows.attribution_model
            and spend_rows.stage = credit_rows.stage
)

select
    joined.date_day,
    joined.channel,
    joined.campaign_id,
    joined.attribution_model,
    joined.stage,
    cast(coalesce(joined.spend, 0) as decimal(18, 6)) as spend_amount_reporting,
    cast(coalesce(joined.conversions, 0) as double) as conversions,
    cast(coalesce(joined.value_amount_reporting, 0) as decimal(18, 2)) as value_amount_reporting,
    cast(coalesce(joined.value_amount_reporting, 0) as double) / nullif(cast(joined.spend as double), 0)
        as roas_modelled,
    cast(coverage.coverage_share as double) as coverage_share
from joined
left join coverage
    on joined.attribution_model = coverage.attribution_model and joined.stage = coverage.stage
