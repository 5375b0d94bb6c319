with channel_roi as (
    select * from {{ ref('int_ads__channel_roi') }}
),

periods as (
    select * from {{ ref('int_reporting__periods') }}
),

provisional_days as (
    select
        campaign_id,
        min(reported_on) as provisional_from
    from {{ ref('int_ads__ad_days') }}
    where not is_final
    group by campaign_id
),

summed as (
    select
        periods.period,
        periods.starts_on,
        periods.ends_on,
        periods.is_complete,
        channel_roi.channel,
        channel_roi.attribution_model,
        channel_roi.stage,
        coalesce(sum(channel_roi.spend_amount_reporting), 0) as spend_amount_reporting,
        sum(channel_roi.conversions) as conversions,
        coalesce(sum(channel_roi.value_amount_reporting), 0) as value_amount_reporting,
        max(case when channel_roi.is_spend_rate_missing then 1 else 0 end) = 1
            as is_spend_rate_missing,
        max(case when channel_roi.is_value_rate_missing then 1 else 0 end) = 1
            as is_value_rate_missing,
        max(case when channel_roi.date_day >= provisional_days.provisional_from then 1 else 0 end)
        = 1 as is_provisional
    from channel_roi
    inner join periods
        on
            channel_roi.date_day >= periods.starts_on
            and channel_roi.date_day <= periods.ends_on
    left join provisional_days on channel_roi.campaign_id = provisional_days.campaign_id
    group by
        periods.period,
        periods.starts_on,
        periods.ends_on,
        periods.is_complete,
        channel_roi.channel,
        channel_roi.attribution_model,
        channel_roi.stage
),

totals as (
    select
        period,
        starts_on,
        attribution_model,
        stage,
        sum(conversions) as all_conversions,
        sum(case when channel <> '(none)' then conversions else 0 end) as covered_conversions,
        sum(value_amount_reporting) as all_value
    from summed
    group by period, starts_on, attribution_model, stage
)

select
    summed.*,
    totals.all_conversions,
    totals.covered_conversions,
    totals.all_value
from summed
inner join totals
    on
        summed.period = totals.period
        and summed.starts_on = totals.starts_on
        and summed.attribution_model = totals.attribution_model
        and summed.stage = totals.stage
