"""The funnel: cohorts that ever reached the next stage, and what moved in each month."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="funnel",
    title="Funnel",
    lead="How many go on, how long it takes, and which cohorts are still too young to judge.",
    position=3,
    charts=(
        Chart(
            name="funnel_cohorts",
            question="How many of each month's entrants reach the next stage?",
            query="""
                select
                    cohort_month, from_stage || ' to ' || to_stage as step, window_days,
                    entered, reached, reached_observed, conversion_rate, is_mature, p50_days
                from marts.rpt_funnel_cohorts
                where segment = '(all)'
                order by 1, 2, 3
            """,
            columns=(
                Column("cohort_month", "Cohort", "date"),
                Column("step", "Step"),
                Column("window_days", "Window, days", "count"),
                Column("entered", "Entered", "count"),
                Column("reached", "Reached", "count"),
                Column("reached_observed", "Reached, observed only", "count"),
                Column("conversion_rate", "Cohort rate", "share"),
                Column("is_mature", "Mature"),
                Column("p50_days", "Median days", "ratio"),
            ),
            definitions=(
                "Cohort rate: of those who entered the first stage in the month, the share that "
                "ever reached the second within the window. Cohorts younger than the window are "
                "not mature and shown hollow.",
                "Reached counts stages that were skipped and inferred; observed only leaves them "
                "out. Median days count open records as open, not as missing.",
            ),
            spec={
                "mark": {"type": "point", "tooltip": True, "size": 60},
                "encoding": {
                    "x": {
                        "field": "cohort_month",
                        "type": "temporal",
                        "timeUnit": "utcyearmonth",
                        "title": None,
                    },
                    "y": {
                        "field": "conversion_rate",
                        "type": "quantitative",
                        "axis": {"format": "%"},
                        "title": "Cohort rate",
                    },
                    "color": {"field": "step", "type": "nominal", "title": "Step"},
                    "fillOpacity": {
                        "condition": {"test": "datum.is_mature", "value": 1},
                        "value": 0,
                    },
                    "fill": {"field": "step", "type": "nominal", "legend": None},
                },
            },
        ),
        Chart(
            name="funnel_periods",
            question="What moved in each month?",
            query="""
                select
                    month, from_stage || ' to ' || to_stage as step,
                    from_entries, to_entries, period_rate
                from marts.rpt_funnel_periods
                where segment = '(all)'
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "date"),
                Column("step", "Step"),
                Column("from_entries", "Entries to the first stage", "count"),
                Column("to_entries", "Entries to the second stage", "count"),
                Column("period_rate", "Period rate", "share"),
            ),
            definitions=(
                "Period rate: entries to the second stage over entries to the first in the same "
                "month. These are different people, so it can pass 100 %.",
            ),
            spec={
                "mark": {"type": "line", "point": True, "tooltip": True},
                "encoding": {
                    "x": {
                        "field": "month",
                        "type": "temporal",
                        "timeUnit": "utcyearmonth",
                        "title": None,
                    },
                    "y": {"field": "to_entries", "type": "quantitative", "title": "Entries"},
                    "color": {"field": "step", "type": "nominal", "title": "Step"},
                },
            },
        ),
    ),
)
