"""Spend, revenue and return by channel over time."""

from reports.page import Chart, Column, Page, monthly_bars

# The report names the model it shows; the models side by side stand on the attribution page.
_MODEL = "attribution_model = 'linear' and stage = 'won'"

PAGE = Page(
    name="channels",
    title="Spend and return",
    lead="What each channel cost and what the linear model credits it with.",
    position=1,
    charts=(
        Chart(
            name="spend_by_channel",
            question="How much do we spend by channel?",
            query=f"""
                select
                    cast(date_trunc('month', date_day) as date) as month,
                    channel,
                    sum(spend_amount_reporting) as spend
                from marts.rpt_channel_roi
                where {_MODEL}
                group by 1, 2
                having sum(spend_amount_reporting) <> 0
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "date"),
                Column("channel", "Channel"),
                Column("spend", "Spend", "money"),
            ),
            definitions=(
                "Spend by the day the platform reports, in the reporting currency. Days that a "
                "platform may still restate are provisional.",
            ),
            spec=monthly_bars("spend", "Spend"),
        ),
        Chart(
            name="revenue_by_channel",
            question="How much won value does each channel get?",
            query=f"""
                select
                    cast(date_trunc('month', date_day) as date) as month,
                    channel,
                    sum(value_amount_reporting) as won_value
                from marts.rpt_channel_roi
                where {_MODEL}
                group by 1, 2
                having sum(value_amount_reporting) <> 0
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "date"),
                Column("channel", "Channel"),
                Column("won_value", "Won value", "money"),
            ),
            definitions=(
                "Won value credited by the linear model: every eligible marketing touch of the "
                "365 days before closing shares alike. Value without any touch stands as (none).",
            ),
            spec=monthly_bars("won_value", "Won value"),
        ),
        Chart(
            name="return_by_channel",
            question="What does a unit of spend bring back?",
            query=f"""
                select
                    channel,
                    sum(spend_amount_reporting) as spend,
                    sum(value_amount_reporting) as won_value,
                    sum(value_amount_reporting) / nullif(sum(spend_amount_reporting), 0)
                        as roas_modelled
                from marts.rpt_channel_roi
                where {_MODEL}
                group by channel
                order by channel
            """,
            columns=(
                Column("channel", "Channel"),
                Column("spend", "Spend", "money"),
                Column("won_value", "Won value", "money"),
                Column("roas_modelled", "Modelled ROAS", "ratio"),
            ),
            definitions=(
                "Modelled ROAS: won value credited by the linear model over media spend, over the "
                "whole period. A channel without spend has none. It is neither the platforms' own "
                "claim nor the blended ratio.",
            ),
            spec={
                "transform": [{"filter": "datum.roas_modelled !== null"}],
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "y": {"field": "channel", "type": "nominal", "title": None, "sort": "-x"},
                    "x": {
                        "field": "roas_modelled",
                        "type": "quantitative",
                        "title": "Modelled ROAS",
                    },
                },
            },
        ),
    ),
)
