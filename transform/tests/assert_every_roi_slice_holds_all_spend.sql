-- Spend stands once in every model and stage, also where nothing is credited: each slice holds each
-- campaign's day as the ad mart has it, to the last digit.
with slices as (
    select
        attribution_models.model as attribution_model,
        attribution_windows.stage
    from {{ ref('stg_config__attribution_models') }} as attribution_models
    cross join {{ ref('stg_config__attribution_windows') }} as attribution_windows
),

spent as (
    select
        reported_on as date_day,
        campaign_id,
        coalesce(sum(spend_amount_reporting), 0) as spend_amount
    from {{ ref('fct_ad_performance') }}
    group by reported_on, campaign_id
),

expected as (
    select
        spent.*,
        slices.attribution_model,
        slices.stage
    from spent
    cross join slices
),

shown as (
    select
        date_day,
        campaign_id,
        attribution_model,
        stage,
        coalesce(sum(spend_amount_reporting), 0) as spend_amount
    from {{ ref('rpt_channel_roi') }}
    group by date_day, campaign_id, attribution_model, stage
)

select
    coalesce(expected.date_day, shown.date_day) as date_day,
    coalesce(expected.campaign_id, shown.campaign_id) as campaign_id,
    coalesce(expected.attribution_model, shown.attribution_model) as attribution_model,
    coalesce(expected.stage, shown.stage) as stage,
    expected.spend_amount,
    shown.spend_amount as spend_in_slice
from expected
full outer join shown
    on
        expected.date_day = shown.date_day
        and expected.campaign_id = shown.campaign_id
        and expected.attribution_model = shown.attribution_model
        and expected.stage = shown.stage
where
    coalesce(expected.spend_amount, 0) <> coalesce(shown.spend_amount, 0)
    or (expected.date_day is not null and shown.date_day is null)
