-- By month, model and stage: the channels, those without a conversion too, sum to all of them, and
-- these to the spend of the ad mart and to the value of the conversions, to the last digit.
with slices as (
    select
        month,
        attribution_model,
        stage,
        sum(case when channel = '(all)' then spend_amount_reporting else 0 end) as all_spend,
        sum(case when channel <> '(all)' then spend_amount_reporting else 0 end) as channel_spend,
        sum(case when channel = '(all)' then value_amount_reporting else 0 end) as all_value,
        sum(case when channel <> '(all)' then value_amount_reporting else 0 end) as channel_value,
        sum(case when channel = '(all)' then conversions else -conversions end)
            as conversions_left
    from {{ ref('rpt_cost_per_stage') }}
    group by month, attribution_model, stage
),

company as (
    select * from {{ ref('stg_config__company') }}
),

spend as (
    -- An account's zone may already be in the month after as_of.
    select
        {{ month_of('performance.reported_on') }} as month,
        sum(performance.spend_amount_reporting) as spend
    from {{ ref('fct_ad_performance') }} as performance
    cross join company
    where
        {{ month_of('performance.reported_on') }}
        <= {{ date_in_zone(as_of(), 'company.reporting_time_zone') }}
    group by {{ month_of('performance.reported_on') }}
),

sales as (
    select
        conversions.stage,
        {{ month_of(date_in_zone('conversions.converted_at', 'company.reporting_time_zone')) }}
            as month,
        sum(conversions.value_amount_reporting) as won_value
    from {{ ref('fct_conversions') }} as conversions
    cross join company
    group by
        conversions.stage,
        {{ month_of(date_in_zone('conversions.converted_at', 'company.reporting_time_zone')) }}
)

select slices.*
from slices
left join spend on slices.month = spend.month
left join sales on slices.month = sales.month and slices.stage = sales.stage
where
    slices.all_spend <> slices.channel_spend
    or slices.all_value <> slices.channel_value
    or abs(slices.conversions_left) > 0.000001
    or slices.all_spend <> coalesce(spend.spend, 0)
    or slices.all_value <> coalesce(sales.won_value, 0)
union all
-- A month that was spent or sold in and has no slice at all.
select
    coalesce(spend.month, sales.month) as month,
    cast(null as varchar) as attribution_model,
    sales.stage,
    spend.spend as all_spend,
    0 as channel_spend,
    sales.won_value as all_value,
    0 as channel_value,
    0 as conversions_left
from spend
full outer join sales on spend.month = sales.month
left join slices on coalesce(spend.month, sales.month) = slices.month
where slices.month is null
