"""E-mail and social: what people did, apart from what machines did."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="engagement",
    title="E-mail and social",
    lead="Opens by people, with the doubt that privacy proxies leave; posts and their response.",
    position=5,
    charts=(
        Chart(
            name="email_campaigns",
            question="Which e-mail campaigns were read and clicked?",
            query="""
                select
                    campaigns.name, email.sent, email.delivered, email.openers_lower,
                    email.human_openers, email.openers_upper, email.clickers
                from marts.rpt_email_campaigns as email
                left join marts.dim_campaigns as campaigns
                    on email.campaign_id = campaigns.campaign_id
                order by email.sent desc, campaigns.name
            """,
            columns=(
                Column("name", "Campaign"),
                Column("sent", "Sent", "count"),
                Column("delivered", "Delivered", "count"),
                Column("openers_lower", "Openers, at least", "count"),
                Column("human_openers", "Human openers", "count"),
                Column("openers_upper", "Openers, at most", "count"),
                Column("clickers", "Human clickers", "count"),
            ),
            definitions=(
                "Delivered: sent less bounced. An opener whose mail is fetched by a privacy proxy "
                "cannot be told from a machine, so a lower and an upper bound are shown.",
            ),
            spec={
                "transform": [
                    {"filter": "datum.delivered > 0"},
                    {"calculate": "datum.openers_lower / datum.delivered", "as": "lower"},
                    {"calculate": "datum.openers_upper / datum.delivered", "as": "upper"},
                    {"window": [{"op": "row_number", "as": "place"}]},
                    {"filter": "datum.place <= 20"},
                ],
                "mark": {"type": "bar", "tooltip": True, "height": 8},
                "encoding": {
                    "y": {"field": "name", "type": "nominal", "title": None},
                    "x": {
                        "field": "lower",
                        "type": "quantitative",
                        "axis": {"format": "%"},
                        "title": "Share of delivered that a person opened, at least to at most",
                    },
                    "x2": {"field": "upper"},
                },
                "height": 420,
            },
        ),
        Chart(
            name="social_days",
            question="How do our posts do?",
            query="""
                select
                    cast(date_trunc('week', reported_on) as date) as week,
                    platform,
                    sum(impressions) as impressions,
                    sum(interactions) as interactions,
                    sum(clicks) as clicks
                from marts.fct_social_post_days
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("week", "Week", "date"),
                Column("platform", "Platform"),
                Column("impressions", "Impressions", "count"),
                Column("interactions", "Interactions", "count"),
                Column("clicks", "Clicks", "count"),
            ),
            definitions=(
                "Platforms give lifetime counters a post; a day is the difference of two daily "
                "snapshots, and the first snapshot of a post holds all that came before it.",
            ),
            spec={
                "mark": {"type": "line", "point": True, "tooltip": True},
                "encoding": {
                    "x": {"field": "week", "type": "temporal", "title": None},
                    "y": {"field": "interactions", "type": "quantitative", "title": "Interactions"},
                    "color": {"field": "platform", "type": "nominal", "title": "Platform"},
                },
            },
        ),
    ),
)
