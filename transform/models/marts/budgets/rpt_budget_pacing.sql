with months as (
    select * from {{ ref('int_budgets__months') }}
)

select
    month,
    channel,
    budget_lines,
    cast(overspent_lines as bigint) as overspent_lines,
    cast(lines_without_spend as bigint) as lines_without_spend,
    cast(spends_without_line as bigint) as spends_without_line,
    plan_amount_reporting,
    committed_amount_reporting,
    actual_amount_reporting,
    forecast_amount_reporting,
    plan_to_date_amount_reporting,
    unplanned_amount_reporting,
    cast(actual_amount_reporting - plan_amount_reporting as decimal(18, 2))
        as variance_amount_reporting,
    cast(actual_at_daily_rates_amount_reporting - actual_amount_reporting as decimal(18, 2))
        as fx_effect_amount_reporting,
    cast(actual_amount_reporting as double) / nullif(plan_to_date_amount_reporting, 0)
        as pacing_rate,
    is_complete
from months
