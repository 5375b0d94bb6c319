"""Data quality: the share of rows that keep each rule."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="quality",
    title="Data quality",
    lead="How far the numbers on the other pages can be trusted.",
    position=6,
    charts=(
        Chart(
            name="quality_scores",
            question="Which fields fall short?",
            query="""
                select source, object, field, dimension, records, passed, score
                from marts.rpt_data_quality
                where day = (select max(day) from marts.rpt_data_quality)
                order by score, source, object, field
            """,
            columns=(
                Column("source", "Source"),
                Column("object", "Object"),
                Column("field", "Field"),
                Column("dimension", "Dimension"),
                Column("records", "Rows judged", "count"),
                Column("passed", "Rows that pass", "count"),
                Column("score", "Score", "share"),
            ),
            definitions=(
                "Score: rows that keep the rule over rows judged, on the day of the last run. "
                "Completeness, validity, uniqueness, consistency and timeliness are judged apart.",
            ),
            spec={
                "transform": [
                    {
                        "calculate": "datum.object + '.' + datum.field + ' ' + datum.dimension",
                        "as": "what",
                    }
                ],
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "y": {"field": "what", "type": "nominal", "title": None, "sort": "x"},
                    "x": {
                        "field": "score",
                        "type": "quantitative",
                        "axis": {"format": "%"},
                        "title": "Score",
                        "scale": {"domain": [0, 1]},
                    },
                    "color": {"field": "dimension", "type": "nominal", "title": "Dimension"},
                },
                "height": 420,
            },
        ),
    ),
)
