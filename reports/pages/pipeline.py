"""Pipeline by owner and stage, and leads by source."""

from reports.charts import amount, monthly_bars, ranked_bars
from reports.page import Chart, Column, Page

PAGE = Page(
    name="pipeline",
    title="Pipeline and leads",
    lead="What sales works on now, and where its next leads come from.",
    position=2,
    parts=(
        Chart(
            name="pipeline_by_owner_and_stage",
            title="Open pipeline by owner and stage",
            subtitle="{currency}, open at the as-of time, as the CRM states it",
            query="""
                select
                    coalesce(owners.owner_label, 'No owner') as owner, pipeline.stage,
                    sum(pipeline.opportunities) as opportunities,
                    sum(pipeline.open_amount_reporting) as open_amount_reporting,
                    sum(pipeline.expected_amount_reporting) as expected_amount_reporting,
                    sum(pipeline.opportunities_without_rate) as opportunities_without_rate
                from marts.rpt_pipeline as pipeline
                left join marts.dim_owners as owners on pipeline.owner_id = owners.owner_id
                group by 1, 2
                order by min(pipeline.stage_position), 2, 1
            """,
            columns=(
                Column("owner", "Owner", "text", "dim_owners.owner_label"),
                Column("stage", "Stage"),
                Column("opportunities", "Opportunities", "count"),
                Column("open_amount_reporting", "Open value", "money"),
                Column("expected_amount_reporting", "Expected value", "money"),
                Column("opportunities_without_rate", "Without a rate", "count"),
            ),
            empty="No opportunity is open in this home. Connect a CRM, or drop its deals.",
            notes=(
                "Owners carry a number instead of a name: published data identifies nobody. The "
                "number is the same on every page and in every run.",
            ),
            spec=ranked_bars("owner", "open_amount_reporting", "money", by="stage"),
        ),
        Chart(
            name="pipeline_by_stage",
            title="Open pipeline by stage",
            subtitle="{currency}; the dark part is what the CRM's own probabilities expect",
            query="""
                select
                    stage,
                    sum(opportunities) as opportunities,
                    sum(open_amount_reporting) as open_amount_reporting,
                    sum(expected_amount_reporting) as expected_amount_reporting,
                    min(stage_position) as stage_position
                from marts.rpt_pipeline
                group by stage
                order by stage_position, stage
            """,
            columns=(
                Column("stage", "Stage"),
                Column("opportunities", "Opportunities", "count"),
                Column("open_amount_reporting", "Open value", "money"),
                Column("expected_amount_reporting", "Expected value", "money"),
                Column("stage_position", "Place", "count", is_shown=False),
            ),
            empty="No opportunity is open in this home. Connect a CRM, or drop its deals.",
            spec={
                "encoding": {
                    "y": {
                        "field": "stage",
                        "type": "nominal",
                        "title": None,
                        "sort": {"field": "stage_position", "order": "ascending"},
                        "axis": {"ticks": False, "domain": False, "labelPadding": 8},
                    }
                },
                "layer": [
                    {
                        "mark": {"type": "bar", "cornerRadiusEnd": 2, "opacity": 0.35},
                        "encoding": {"x": amount("open_amount_reporting", "money")},
                    },
                    {
                        "mark": {"type": "bar", "cornerRadiusEnd": 2},
                        "encoding": {"x": amount("expected_amount_reporting", "money")},
                    },
                ],
                "height": {"step": 36},
            },
            is_wide=False,
        ),
        Chart(
            name="pipeline_created_by_month",
            title="Pipeline created by month",
            subtitle="{currency}, by the month an opportunity was created",
            query="""
                select
                    starts_on as month, value, previous_value, change_share,
                    case when is_complete then 'final' else 'month not over' end as state
                from marts.rpt_headlines
                where
                    metric = 'pipeline_created' and segment = '(all)' and period = 'month'
                    and (is_complete or value <> 0)
                order by starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_headlines.starts_on"),
                Column("value", "Pipeline created", "money"),
                Column("previous_value", "Month before", "money"),
                Column("change_share", "Change", "share"),
                Column("state", "State", "text", "rpt_headlines.is_complete"),
            ),
            empty="No opportunity was created in this home. Connect a CRM, or drop its deals.",
            spec=monthly_bars("value", "money"),
            is_wide=False,
        ),
        Chart(
            name="leads_by_source",
            title="New leads by first channel",
            subtitle="Leads a month, by the first marketing touch of the 90 days before",
            query="""
                select
                    starts_on as month, channel, conversions, coverage_share,
                    case when is_complete then 'final' else 'month not over' end as state
                from marts.rpt_channel_periods
                where
                    period = 'month' and stage = 'lead' and attribution_model = 'first_touch'
                    and conversions <> 0
                order by starts_on, channel
            """,
            columns=(
                Column("month", "Month", "month", "rpt_channel_periods.starts_on"),
                Column("channel", "First channel", "term", "rpt_channel_periods.channel"),
                Column("conversions", "Leads", "count"),
                Column("coverage_share", "Coverage", "share"),
                Column("state", "State", "text", "rpt_channel_periods.is_complete"),
            ),
            empty="No lead in this home. Connect a CRM, or drop its contacts.",
            spec=monthly_bars("conversions", "count", by="channel"),
        ),
        Chart(
            name="leads_by_channel",
            title="Leads and what they cost, by first channel",
            subtitle="{last_90_days}; spend per lead in {currency}, paid channels only",
            query="""
                select channel, conversions, spend_amount_reporting, spend_per_conversion,
                    coverage_share
                from marts.rpt_channel_periods
                where
                    period = 'last_90_days' and stage = 'lead'
                    and attribution_model = 'first_touch'
                    and (conversions <> 0 or spend_amount_reporting <> 0)
                order by conversions desc, channel
            """,
            columns=(
                Column("channel", "First channel", "term", "rpt_channel_periods.channel"),
                Column("conversions", "Leads", "count"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("spend_per_conversion", "Spend per lead", "money"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty="No lead in the last 90 days.",
        ),
    ),
)
