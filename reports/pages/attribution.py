"""The attribution models side by side: where they agree, a number can be trusted further."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="attribution",
    title="Attribution",
    lead="The same won value, credited by every model. Each model's credits sum to the total.",
    position=4,
    charts=(
        Chart(
            name="models_compared",
            question="How do the models share won value over channels?",
            query="""
                select
                    credits.attribution_model,
                    credits.channel,
                    sum(credits.value_amount_reporting) as won_value,
                    sum(credits.weight) as conversions
                from marts.fct_attribution_credits as credits
                inner join marts.fct_conversions as conversions
                    on credits.conversion_id = conversions.conversion_id
                where conversions.stage = 'won'
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("attribution_model", "Model"),
                Column("channel", "Channel"),
                Column("won_value", "Won value", "money"),
                Column("conversions", "Conversions", "ratio"),
            ),
            definitions=(
                "First and last touch put all credit on one touch; last non-direct skips direct "
                "visits where it can; linear shares alike; position gives 40 % to the first, 40 % "
                "to the last and 20 % to those between; time decay halves credit every 30 days.",
                "(none) is value whose journey shows no marketing touch in the 365 days before.",
            ),
            spec={
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "y": {"field": "attribution_model", "type": "nominal", "title": None},
                    "x": {"field": "won_value", "type": "quantitative", "title": "Won value"},
                    "color": {"field": "channel", "type": "nominal", "title": "Channel"},
                },
            },
        ),
    ),
)
