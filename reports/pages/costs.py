"""What a stage and a customer cost, what spend returns, and how far attribution reaches."""

from reports.charts import heat, monthly_lines
from reports.page import Chart, Column, Page
from reports.queries import STAGE_ORDER

_STAGES = ("lead", "mql", "sql", "opportunity", "won")
_STAGE_COSTS = ", ".join(
    f"max(case when stage = '{stage}' then cost_per_conversion end) as {stage}_cost"
    for stage in _STAGES
)
_NO_SPEND = "No spend in this home: no ad platform is connected and no ad file was dropped."
_NO_COSTS = (
    "Nothing is known of your costs: write them by month under finance_months of "
    "config/finance.yml, and run again."
)

PAGE = Page(
    name="costs",
    title="Costs",
    lead="What a stage and a customer cost, what spend returns, how far attribution reaches.",
    position=1,
    parts=(
        Chart(
            name="three_returns",
            title="Three returns on ad spend",
            subtitle="Won value per {currency} 1 of ad spend, {last_90_days}",
            query="""
                select
                    title, segment, value, previous_value,
                    case when is_provisional then 'provisional' else 'final' end as state,
                    definition
                from marts.rpt_headlines
                where
                    period = 'last_90_days'
                    and (
                        metric in ('roas_blended', 'roas_platform')
                        or (metric = 'roas_modelled' and segment = 'linear')
                    )
                order by metric, segment
            """,
            columns=(
                Column("title", "Return", "text", "rpt_headlines.title"),
                Column("segment", "Of", "term"),
                Column("value", "ROAS", "ratio"),
                Column("previous_value", "90 days before", "ratio"),
                Column("state", "State", "text", "rpt_headlines.is_provisional"),
                Column("definition", "What it is"),
            ),
            empty=_NO_SPEND,
            notes=("Three answers to three questions. None replaces another, none is their mean.",),
        ),
        Chart(
            name="coverage_by_stage",
            title="How far attribution reaches",
            subtitle="{last_90_days}; the same under every model",
            query=f"""
                select
                    stage, conversions, coverage_share, value_amount_reporting,
                    value_coverage_share, spend_amount_reporting, mapped_spend_share
                from marts.rpt_attribution_coverage
                where period = 'last_90_days'
                order by
                    {STAGE_ORDER}
            """,
            columns=(
                Column("stage", "Stage", "term"),
                Column("conversions", "Conversions", "count"),
                Column("coverage_share", "With a touch", "share"),
                Column("value_amount_reporting", "Value", "money"),
                Column("value_coverage_share", "Value with a touch", "share"),
                Column("spend_amount_reporting", "Ad spend", "money"),
                Column("mapped_spend_share", "Spend on mapped campaigns", "share"),
            ),
            empty="Nobody reached a stage in the last 90 days, and nothing was spent.",
            notes=(
                "What has no touch is credited to no channel. Spend is mapped where the platform "
                "names the campaign and the name follows the taxonomy.",
            ),
        ),
        Chart(
            name="cost_by_stage",
            title="What reaching a stage cost",
            subtitle="Ad spend per conversion of the stage, all channels; {currency} a month",
            query=f"""
                select
                    month,
                    max(spend_amount_reporting) as spend_amount_reporting,
                    {_STAGE_COSTS}
                from marts.rpt_cost_per_stage
                where channel = '(all)' and attribution_model = 'linear' and is_complete
                group by month
                order by month desc
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("spend_amount_reporting", "Ad spend", "money"),
                *(
                    Column(
                        f"{stage}_cost",
                        {"mql": "MQL", "sql": "SQL"}.get(stage, stage.capitalize()),
                        "money",
                        "rpt_cost_per_stage.cost_per_conversion",
                    )
                    for stage in _STAGES
                ),
            ),
            empty=_NO_SPEND,
            notes=("All conversions of the month, also those that no ad brought.",),
        ),
        Chart(
            name="cost_by_stage_and_channel",
            title="Cost per stage of the paid channels",
            subtitle="{last_90_days}; {currency} of ad spend per conversion that the linear model "
            "credits",
            query=f"""
                select
                    channel, stage, spend_amount_reporting, conversions, spend_per_conversion,
                    coverage_share
                from marts.rpt_channel_periods
                where
                    period = 'last_90_days' and attribution_model = 'linear'
                    and spend_per_conversion is not null
                order by
                    channel,
                    {STAGE_ORDER}
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("stage", "Stage", "term"),
                Column("spend_amount_reporting", "Ad spend", "money"),
                Column("conversions", "Credited", "ratio"),
                Column("spend_per_conversion", "Cost per conversion", "money"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty=_NO_SPEND,
            spec=heat("channel", "stage", "spend_per_conversion", "ratio"),
        ),
        Chart(
            name="paid_cac",
            title="Media cost of a new customer",
            subtitle="{currency} of ad spend a sales cycle earlier, by month of the first win",
            query="""
                select month, new_customers, ad_spend_reporting, paid_cac, 'ad spend only' as cost
                from marts.rpt_acquisition_cost
                where is_complete and paid_cac is not null
                order by month
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("new_customers", "New customers", "count"),
                Column("ad_spend_reporting", "Ad spend", "money"),
                Column("paid_cac", "Per customer", "money"),
                Column("cost", "Cost", "text", "rpt_acquisition_cost.paid_cac"),
            ),
            empty="No month has both a new customer and ad spend a sales cycle before it.",
            spec=monthly_lines("paid_cac", "money", "cost"),
        ),
        Chart(
            name="customer_cost",
            title="What a new customer costs, all in",
            subtitle="{currency}; costs and margin of config/finance.yml",
            query="""
                select
                    month, new_customers, sales_marketing_cost, cac, paid_cac, payback_months,
                    blended_efficiency, roi, value_coverage
                from marts.rpt_acquisition_cost
                where is_complete and sales_marketing_cost is not null
                order by month desc
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("new_customers", "New customers", "count"),
                Column("sales_marketing_cost", "Cost", "money"),
                Column("cac", "CAC", "money"),
                Column("paid_cac", "Paid CAC", "money"),
                Column("payback_months", "Payback, months", "days"),
                Column("blended_efficiency", "Won value per 1 of cost", "ratio"),
                Column("roi", "ROI", "share"),
                Column("value_coverage", "Value with a touch", "share"),
            ),
            empty=_NO_COSTS,
        ),
    ),
)
