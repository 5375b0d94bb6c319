with lines as (
    select * from {{ ref('int_budgets__locked_lines') }}
),

actuals as (
    select * from {{ ref('int_budgets__actuals') }}
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

settings as (
    select * from {{ ref('stg_config__budget_settings') }}
),

reckoned as (
    select
        lines.*,
        actuals.actual_amount_reporting,
        actuals.actual_at_daily_rates_amount_reporting,
        actuals.daily_run_rate,
        actuals.last_spend_on,
        settings.tolerance_share,
        case when lines.currency_code = lines.reporting_currency then 1 else rates.rate end
            as locked_rate,
        cast(
            case
                when not lines.has_line then 0
                when lines.currency_code = lines.reporting_currency then lines.plan_amount
                else lines.plan_amount * rates.rate
            end as decimal(18, 2)
        ) as plan_amount_reporting,
        cast(
            lines.committed_amount
            * case when lines.currency_code = lines.reporting_currency then 1 else rates.rate end
            as decimal(18, 2)
        ) as committed_amount_reporting,
        {{ days_between('lines.starts_on', 'lines.ends_on') }} + 1 as period_days,
        case
            when lines.today_on > lines.ends_on
                then {{ days_between('lines.starts_on', 'lines.ends_on') }} + 1
            when lines.today_on > lines.starts_on
                then {{ days_between('lines.starts_on', 'lines.today_on') }}
            else 0
        end as elapsed_days
    from lines
    cross join settings
    inner join actuals on lines.budget_line_id = actuals.budget_line_id
    left join rates
        on lines.currency_code = rates.from_currency and lines.locked_on = rates.rate_on
),

forecast as (
    select
        *,
        cast(plan_amount_reporting * elapsed_days / period_days as decimal(18, 2))
            as plan_to_date_amount_reporting,
        case
            when today_on > ends_on then actual_amount_reporting
            when
                coalesce(committed_amount_reporting, 0)
                > actual_amount_reporting + daily_run_rate * (period_days - elapsed_days)
                then committed_amount_reporting
            else
                cast(
                    actual_amount_reporting + daily_run_rate * (period_days - elapsed_days)
                    as decimal(18, 2)
                )
        end as forecast_amount_reporting
    from reckoned
)

select
    budget_line_id,
    source,
    starts_on,
    ends_on,
    channel,
    canonical_campaign,
    currency_code,
    plan_amount,
    committed_amount,
    locked_on,
    locked_rate,
    plan_amount_reporting,
    committed_amount_reporting,
    actual_amount_reporting,
    actual_at_daily_rates_amount_reporting,
    plan_to_date_amount_reporting,
    forecast_amount_reporting,
    elapsed_days / period_days as elapsed_share,
    case
        when not has_line then 'no_line'
        when actual_amount_reporting is null or plan_amount_reporting is null then 'no_rate'
        when actual_amount_reporting > plan_amount_reporting * (1 + tolerance_share)
            then 'overspent'
        when today_on < starts_on then 'not_begun'
        when today_on > ends_on and actual_amount_reporting = 0 then 'no_spend'
        when
            today_on > ends_on
            and actual_amount_reporting < plan_amount_reporting * (1 - tolerance_share)
            then 'underspent'
        when today_on > ends_on then 'on_plan'
        when forecast_amount_reporting > plan_amount_reporting * (1 + tolerance_share)
            then 'over_pace'
        when forecast_amount_reporting < plan_amount_reporting * (1 - tolerance_share)
            then 'under_pace'
        else 'on_pace'
    end as status,
    has_line,
    today_on > ends_on as is_complete,
    last_spend_on
from forecast
