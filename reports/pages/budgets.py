"""Budgets: what was planned, ordered and spent, and where the two do not meet."""

from reports.charts import bars_beside_before, monthly_lines
from reports.page import Chart, Column, Page

_EMPTY = "No budget in this home. Drop the plan sheet into inbox/plan_sheets/: docs/file_drops.md."

PAGE = Page(
    name="budgets",
    title="Budgets",
    lead="Plan against spend, at rates that no currency moves.",
    position=2,
    parts=(
        Chart(
            name="budgets_by_month",
            title="Plan and spend by month",
            subtitle="{currency}, all channels, at the locked rate of each line",
            query="""
                select
                    month, kind, amount_reporting,
                    case when is_complete then 'final' else 'month not over' end as state
                from (
                    select month, 'Plan' as kind, plan_amount_reporting as amount_reporting,
                        is_complete
                    from marts.rpt_budget_pacing where channel = '(all)'
                    union all
                    select month, 'Spent', actual_amount_reporting, is_complete
                    from marts.rpt_budget_pacing where channel = '(all)'
                    union all
                    select month, 'Spent without a plan', unplanned_amount_reporting, is_complete
                    from marts.rpt_budget_pacing where channel = '(all)'
                ) as amounts
                where is_complete or amount_reporting <> 0
                order by month, kind
            """,
            columns=(
                Column("month", "Month", "month", "rpt_budget_pacing.month"),
                Column("kind", "What", "text", "rpt_budget_pacing.plan_amount_reporting"),
                Column(
                    *("amount_reporting", "Amount", "money"),
                    "rpt_budget_pacing.plan_amount_reporting",
                ),
                Column("state", "State", "text", "rpt_budget_pacing.is_complete"),
            ),
            empty=_EMPTY,
            spec=monthly_lines("amount_reporting", "money", by="kind"),
        ),
        Chart(
            name="budgets_of_last_month",
            title="The last whole month by channel",
            subtitle="{currency}, spent; the tick is the plan",
            query="""
                select
                    channel, plan_amount_reporting, committed_amount_reporting,
                    actual_amount_reporting, variance_amount_reporting, fx_effect_amount_reporting,
                    pacing_rate
                from marts.rpt_budget_pacing
                where
                    channel <> '(all)'
                    and month = (
                        select max(month) from marts.rpt_budget_pacing
                        where channel = '(all)' and is_complete
                    )
                order by plan_amount_reporting desc, channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("plan_amount_reporting", "Plan", "money"),
                Column("committed_amount_reporting", "Committed", "money"),
                Column("actual_amount_reporting", "Spent", "money"),
                Column("variance_amount_reporting", "Variance", "money"),
                Column("fx_effect_amount_reporting", "Moved by rates", "money"),
                Column("pacing_rate", "Pace", "ratio"),
            ),
            empty=_EMPTY,
            spec=bars_beside_before(
                "channel", "actual_amount_reporting", "plan_amount_reporting", "money"
            ),
        ),
        Chart(
            name="budgets_running",
            title="Lines that run now",
            subtitle="{currency}; the forecast goes on as the last days went",
            query="""
                select
                    channel, canonical_campaign, ends_on, plan_amount_reporting,
                    committed_amount_reporting, actual_amount_reporting, forecast_amount_reporting,
                    pacing_rate, status
                from marts.fct_budget_lines
                where status in ('on_pace', 'over_pace', 'under_pace')
                order by plan_amount_reporting desc, channel, canonical_campaign
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("canonical_campaign", "Campaign", "term"),
                Column("ends_on", "Ends on", "date"),
                Column("plan_amount_reporting", "Plan", "money"),
                Column("committed_amount_reporting", "Committed", "money"),
                Column("actual_amount_reporting", "Spent", "money"),
                Column("forecast_amount_reporting", "Forecast", "money"),
                Column("pacing_rate", "Pace", "ratio"),
                Column("status", "Status", "term"),
            ),
            empty="No line of a plan sheet runs now.",
        ),
        Chart(
            name="budgets_off",
            title="What the plan did not say",
            subtitle="{currency}; overspent lines, spend without a line, lines without spend",
            query="""
                select
                    starts_on as month, channel, canonical_campaign, status,
                    plan_amount_reporting, actual_amount_reporting, variance_amount_reporting
                from marts.fct_budget_lines
                where status in ('overspent', 'no_line', 'no_spend', 'no_rate')
                order by starts_on desc, status, channel, canonical_campaign
            """,
            columns=(
                Column("month", "Month", "month", "fct_budget_lines.starts_on"),
                Column("channel", "Channel", "term"),
                Column("canonical_campaign", "Campaign", "term"),
                Column("status", "Status", "term"),
                Column("plan_amount_reporting", "Plan", "money"),
                Column("actual_amount_reporting", "Spent", "money"),
                Column("variance_amount_reporting", "Variance", "money"),
            ),
            empty="Every line was kept, and all spend had one.",
        ),
    ),
)
