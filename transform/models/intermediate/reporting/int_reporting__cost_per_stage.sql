with channel_months as (
    select * from {{ ref('int_reporting__channel_periods') }}
    where period = 'month'
),

finance_months as (
    select * from {{ ref('stg_config__finance_months') }}
),

-- Each channel beside all of them, and what no channel is credited with is in all of them too.
slices as (
    select
        *,
        channel as sliced_channel
    from channel_months
    union all
    select
        *,
        '(all)' as sliced_channel
    from channel_months
),

summed as (
    select
        starts_on as month,
        sliced_channel as channel,
        attribution_model,
        stage,
        sum(spend_amount_reporting) as spend_amount_reporting,
        sum(conversions) as conversions,
        sum(value_amount_reporting) as value_amount_reporting,
        sum(case when channel <> '(none)' then value_amount_reporting else 0 end)
            as attributed_value_reporting,
        max(case when is_complete then 1 else 0 end) = 1 as is_complete,
        max(case when is_provisional then 1 else 0 end) = 1 as is_provisional,
        max(case when is_spend_rate_missing then 1 else 0 end) = 1 as is_spend_rate_missing,
        max(case when is_value_rate_missing then 1 else 0 end) = 1 as is_value_rate_missing
    from slices
    group by starts_on, sliced_channel, attribution_model, stage
)

select
    summed.*,
    finance_months.gross_margin
from summed
left join finance_months on summed.month = finance_months.month
