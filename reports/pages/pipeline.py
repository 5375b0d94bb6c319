"""Pipeline by owner and stage, and leads by source."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="pipeline",
    title="Pipeline and leads",
    lead="What sales works on now, and where leads come from.",
    position=2,
    charts=(
        Chart(
            name="pipeline_by_owner_and_stage",
            question="Who holds which pipeline?",
            query="""
                select
                    coalesce(owner_id, '(no owner)') as owner,
                    stage,
                    count(*) as opportunities,
                    sum(value_amount_reporting) as open_value
                from marts.fct_opportunities
                where is_open
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("owner", "Owner"),
                Column("stage", "Stage"),
                Column("opportunities", "Opportunities", "count"),
                Column("open_value", "Open value", "money"),
            ),
            definitions=(
                "Open opportunities as the CRM holds them now, by owner (a pseudonym) and stage, "
                "in the reporting currency; one without a rate is counted, its value left out.",
            ),
            spec={
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "y": {"field": "owner", "type": "nominal", "title": None, "sort": "-x"},
                    "x": {"field": "open_value", "type": "quantitative", "title": "Open value"},
                    "color": {"field": "stage", "type": "nominal", "title": "Stage"},
                },
            },
        ),
        Chart(
            name="leads_by_source",
            question="Where do leads come from?",
            query="""
                select
                    cast(date_trunc('month', conversions.converted_at) as date) as month,
                    credits.channel,
                    sum(credits.weight) as leads
                from marts.fct_attribution_credits as credits
                inner join marts.fct_conversions as conversions
                    on credits.conversion_id = conversions.conversion_id
                where
                    conversions.stage = 'lead'
                    and credits.attribution_model = 'first_touch'
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "date"),
                Column("channel", "First channel"),
                Column("leads", "Leads", "count"),
            ),
            definitions=(
                "Leads by the channel of the person's first marketing touch in the 90 days before "
                "becoming a lead; (none) where no touch was seen.",
            ),
            spec={
                "mark": {"type": "area", "tooltip": True, "line": False},
                "encoding": {
                    "x": {
                        "field": "month",
                        "type": "temporal",
                        "timeUnit": "utcyearmonth",
                        "title": None,
                    },
                    "y": {"field": "leads", "type": "quantitative", "title": "Leads"},
                    "color": {"field": "channel", "type": "nominal", "title": "First channel"},
                },
            },
        ),
    ),
)
