"""The data dictionary: what every mart and column means, from the marts' own comments."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="definitions",
    title="Definitions",
    lead="What every number means. The words travel with the marts, so BI tools show the same.",
    position=8,
    has_dictionary=True,
    parts=(
        Chart(
            name="headline_definitions",
            title="Headline metrics",
            subtitle="Defined once, in the mart rpt_headlines; no page computes its own",
            query="""
                select distinct title, unit, definition
                from marts.rpt_headlines
                order by title
            """,
            columns=(
                Column("title", "Metric"),
                Column("unit", "Unit", "term"),
                Column("definition", "Definition"),
            ),
            empty="No headline exists in this home yet.",
        ),
    ),
)
