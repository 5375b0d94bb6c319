-- All time, by stage: conversions, value and spend are those of the facts, and what is covered is
-- what the ROI mart credits to a touch, under every model.
with shown as (
    select * from {{ ref('rpt_attribution_coverage') }}
    where period = 'all_time'
),

horizon as (
    select max(ends_on) as last_on from shown
),

monthly as (
    select
        stage,
        sum(conversions) as conversions,
        sum(covered_value_reporting) as covered_value,
        sum(spend_amount_reporting) as spend
    from {{ ref('rpt_attribution_coverage') }}
    where period = 'month'
    group by stage
),

converted as (
    select
        stage,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        coalesce(sum(value_amount_reporting), 0) as conversion_value
    from {{ ref('fct_conversions') }}
    group by stage
),

spent as (
    -- An account's zone may already be in the day after as_of.
    select coalesce(sum(performance.spend_amount_reporting), 0) as spend
    from {{ ref('fct_ad_performance') }} as performance
    cross join horizon
    where performance.reported_on <= horizon.last_on
),

credited as (
    select
        stage,
        attribution_model,
        sum(case when channel = '(none)' then 0 else conversions end) as conversions,
        coalesce(sum(case when channel <> '(none)' then value_amount_reporting end), 0)
            as credited_value
    from {{ ref('rpt_channel_roi') }}
    group by stage, attribution_model
)

select
    shown.stage,
    credited.attribution_model
from shown
cross join spent
left join monthly on shown.stage = monthly.stage
left join converted on shown.stage = converted.stage
left join credited on shown.stage = credited.stage
where
    shown.conversions <> coalesce(converted.conversions, 0)
    or shown.value_amount_reporting <> coalesce(converted.conversion_value, 0)
    or shown.spend_amount_reporting <> spent.spend
    or shown.mapped_spend_reporting > shown.spend_amount_reporting
    or abs(shown.covered_conversions - coalesce(credited.conversions, 0)) > 0.000001
    or shown.covered_value_reporting <> coalesce(credited.credited_value, 0)
    or monthly.conversions <> shown.conversions
    or monthly.covered_value <> shown.covered_value_reporting
    or monthly.spend <> shown.spend_amount_reporting
union all
select
    converted.stage,
    cast(null as varchar) as attribution_model
from converted
left join shown on converted.stage = shown.stage
where shown.stage is null
