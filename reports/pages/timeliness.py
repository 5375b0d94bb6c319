"""Reports on time: what was promised, what came, and why what did not come in time did not."""

from reports.charts import BAR, amount, bars_in_order
from reports.page import Chart, Column, Page

_EMPTY = (
    "No contracted report was due between two runs of this home yet. Contracts are in "
    "config/reports.yml; they count from the first run on."
)
_WEEKLY = {
    "mark": {**BAR, "size": 18},
    "encoding": {
        "x": {
            "field": "week_start_on",
            # A place a week: on an axis of time a bar is as narrow as its day.
            "type": "ordinal",
            "timeUnit": "utcyearmonthdate",
            "title": None,
            "axis": {"format": "%d %b", "labelAngle": 0, "labelOverlap": True, "grid": False},
        },
        "y": amount("deliveries", "count"),
        "color": {"field": "status", "type": "nominal", "title": None},
    },
    "height": 260,
}

PAGE = Page(
    name="timeliness",
    title="Reports on time",
    lead="Which promised reports came in time and fresh, and what kept the others.",
    position=7,
    parts=(
        Chart(
            name="timeliness_weeks",
            title="What became of the deliveries of each week",
            subtitle="Contracted deliveries by the week in which they were due; the last 26 weeks",
            query="""
                select week_start_on, status, count(*) as deliveries
                from marts.fct_report_deliveries
                where
                    week_start_on > (
                        select max(week_start_on) - interval 26 week
                        from marts.fct_report_deliveries
                    )
                group by week_start_on, status
                order by
                    week_start_on,
                    case status
                        when 'on_time' then 1 when 'late' then 2 when 'stale' then 3 else 4
                    end
            """,
            columns=(
                Column("week_start_on", "Week of", "date"),
                Column("status", "Status", "term"),
                Column("deliveries", "Deliveries", "count", "rpt_report_timeliness.contracted"),
            ),
            empty=_EMPTY,
            spec=_WEEKLY,
        ),
        Chart(
            name="timeliness_reports",
            title="Report timeliness",
            subtitle="Deliveries fresh enough and on time over contracted deliveries, by week",
            query="""
                select
                    week_start_on, report, owner, contracted, on_time_and_fresh, late, stale,
                    missed, timeliness_share
                from marts.rpt_report_timeliness
                where
                    week_start_on > (
                        select max(week_start_on) - interval 4 week
                        from marts.rpt_report_timeliness
                    )
                order by week_start_on desc, timeliness_share, report
            """,
            columns=(
                Column("week_start_on", "Week of", "date"),
                Column("report", "Report", "term"),
                Column("owner", "Owner"),
                Column("contracted", "Contracted", "count"),
                Column("on_time_and_fresh", "On time and fresh", "count"),
                Column("late", "Late", "count"),
                Column("stale", "Stale", "count"),
                Column("missed", "Missed", "count"),
                Column("timeliness_share", "Timeliness", "share"),
            ),
            empty=_EMPTY,
        ),
        Chart(
            name="timeliness_causes",
            title="What kept them",
            subtitle="Deliveries that were not on time, by the nearest cause upstream",
            query="""
                select
                    cause, culprit, count(*) as deliveries,
                    replace(cause, '_', ' ') || ': ' || culprit as kept_by
                from (
                    select
                        cause,
                        -- The id of a run tells a reader nothing; the table below has it.
                        case when cause in ('run_died', 'run_too_slow') then 'run' else culprit end
                            as culprit
                    from marts.fct_report_deliveries
                    where status <> 'on_time'
                ) as troubled
                group by cause, culprit
                order by deliveries desc, cause, culprit
                limit 15
            """,
            columns=(
                Column("cause", "Cause", "term"),
                Column("culprit", "By"),
                Column("deliveries", "Deliveries", "count", "rpt_report_timeliness.contracted"),
                Column("kept_by", "Kept by", is_shown=False),
            ),
            empty="Every report that was due came in time and fresh, or none was due yet.",
            spec=bars_in_order("kept_by", "deliveries", "count"),
        ),
        Chart(
            name="timeliness_blame",
            title="The last fifty that were not on time",
            subtitle="Each with the way from the report to the cause; times are UTC",
            query="""
                select
                    due_on, report, owner, status, cause, blame_path, late_hours, data_age_hours,
                    case when is_settled then 'final' else 'may still come' end as state
                from marts.fct_report_deliveries
                where status <> 'on_time'
                order by due_at desc, report
                limit 50
            """,
            columns=(
                Column("due_on", "Due on", "date"),
                Column("report", "Report", "term"),
                Column("owner", "Owner"),
                Column("status", "Status", "term"),
                Column("cause", "Cause", "term"),
                Column("blame_path", "From report to cause"),
                Column("late_hours", "Hours late", "ratio"),
                Column("data_age_hours", "Age of data, hours", "ratio"),
                Column("state", "State", "text", "fct_report_deliveries.is_settled"),
            ),
            empty="Every report that was due came in time and fresh, or none was due yet.",
        ),
    ),
)
