with lines as (
    select * from {{ ref('int_budgets__pacing') }}
)

select
    budget_line_id,
    source,
    starts_on,
    ends_on,
    coalesce(channel, '(any)') as channel,
    coalesce(canonical_campaign, '(any)') as canonical_campaign,
    currency_code,
    plan_amount,
    committed_amount,
    locked_on,
    cast(locked_rate as double) as locked_rate,
    plan_amount_reporting,
    committed_amount_reporting,
    actual_amount_reporting,
    forecast_amount_reporting,
    plan_to_date_amount_reporting,
    cast(actual_amount_reporting - plan_amount_reporting as decimal(18, 2))
        as variance_amount_reporting,
    actual_at_daily_rates_amount_reporting,
    cast(actual_at_daily_rates_amount_reporting - actual_amount_reporting as decimal(18, 2))
        as fx_effect_amount_reporting,
    cast(elapsed_share as double) as elapsed_share,
    cast(actual_amount_reporting as double) / nullif(plan_to_date_amount_reporting, 0)
        as pacing_rate,
    status,
    has_line,
    is_complete,
    last_spend_on
from lines
