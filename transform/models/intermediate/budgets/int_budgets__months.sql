with lines as (
    select * from {{ ref('int_budgets__pacing') }}
),

stacked as (
    select
        {{ month_of('lines.starts_on') }} as month,
        coalesce(lines.channel, '(any)') as channel_or_all,
        lines.*
    from lines
    union all
    select
        {{ month_of('lines.starts_on') }} as month,
        '(all)' as channel_or_all,
        lines.*
    from lines
)

select
    month,
    channel_or_all as channel,
    count(*) as budget_lines,
    sum(case when status = 'overspent' then 1 else 0 end) as overspent_lines,
    sum(case when status = 'no_spend' then 1 else 0 end) as lines_without_spend,
    sum(case when has_line then 0 else 1 end) as spends_without_line,
    cast(sum(plan_amount_reporting) as decimal(18, 2)) as plan_amount_reporting,
    cast(coalesce(sum(committed_amount_reporting), 0) as decimal(18, 2))
        as committed_amount_reporting,
    cast(sum(actual_amount_reporting) as decimal(18, 2)) as actual_amount_reporting,
    cast(sum(actual_at_daily_rates_amount_reporting) as decimal(18, 2))
        as actual_at_daily_rates_amount_reporting,
    cast(sum(plan_to_date_amount_reporting) as decimal(18, 2)) as plan_to_date_amount_reporting,
    cast(sum(forecast_amount_reporting) as decimal(18, 2)) as forecast_amount_reporting,
    cast(
        sum(case when has_line then 0 else actual_amount_reporting end) as decimal(18, 2)
    ) as unplanned_amount_reporting,
    min(case when is_complete then 1 else 0 end) = 1 as is_complete
from stacked
group by month, channel_or_all
