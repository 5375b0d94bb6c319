"""The KPIs of marketing operations: how the engine room itself runs, week by week."""

from reports.charts import monthly_bars
from reports.page import Chart, Column, Figures, Page

_EMPTY = "No KPI has any history in this home yet: connect a source, or write its rules."
_LAST = """
    last_weeks as (
        -- A young home may have no whole week of a KPI yet.
        select kpi_id, coalesce(
            max(case when is_complete then week_starts_on end), max(week_starts_on)
        ) as week_starts_on
        from marts.rpt_mops_kpis_weekly
        group by kpi_id
    ),

    kpis as (
        select rpt_mops_kpis_weekly.*
        from marts.rpt_mops_kpis_weekly
        inner join last_weeks using (kpi_id, week_starts_on)
    )
"""


def _told(column: str) -> str:
    """The SQL of a value with its unit, for a table whose rows are in different ones."""
    return f"""
        case unit
            when 'share' then printf('%.1f %%', 100 * {column})
            when 'ratio' then printf('%.2f×', {column})
            when 'points' then printf('%.1f', {column})
            else printf('%.1f ', {column}) || unit
        end"""


PAGE = Page(
    name="kpis",
    title="Operations KPIs",
    lead="How well marketing operations runs, beside the targets of config/kpis.yml.",
    position=1,
    parts=(
        Figures(
            name="kpi_figures",
            title="The last week",
            subtitle="Each over its window, beside the window before; the small lines are weeks",
            query=f"""
                with {_LAST}

                select
                    kpi_id as metric, '(all)' as segment, title, unit, value, previous_value,
                    change_share,
                    case when better_when <> 'at_target' then better_when end as better_when,
                    false as is_provisional, null as coverage_share,
                    definition
                from kpis
                order by title
            """,
            trend="""
                select kpi_id as metric, '(all)' as segment, week_starts_on as month, value
                from marts.rpt_mops_kpis_weekly
                where is_complete
                order by week_starts_on
            """,
            empty=_EMPTY,
        ),
        Chart(
            name="kpi_targets",
            title="Beside the targets",
            subtitle="The last whole week of each KPI; the running one where there is no other",
            query=f"""
                with {_LAST}

                select
                    title, week_ends_on, {_told("value")} as value, {_told("target")} as target,
                    status, numerator, denominator, window_weeks, definition_version
                from kpis
                order by title
            """,
            columns=(
                Column("title", "KPI"),
                Column("week_ends_on", "Week to", "date"),
                Column("value", "Value"),
                Column("target", "Target"),
                Column("status", "Status", "term"),
                Column("numerator", "Numerator", "ratio"),
                Column("denominator", "Denominator", "count"),
                Column("window_weeks", "Weeks", "count"),
                Column("definition_version", "Definition", "count"),
            ),
            empty=_EMPTY,
            notes=(
                "A value that misses its target by no more than the tolerance is near. A KPI whose "
                "source is not connected, or whose rules are not written, has no row.",
            ),
        ),
        Chart(
            name="kpi_statuses_by_month",
            title="Targets met",
            subtitle="KPIs by their status in the last whole week of each month",
            query="""
                with last_weeks as (
                    select kpi_id, max(week_starts_on) as week_starts_on
                    from marts.rpt_mops_kpis_weekly
                    where is_complete
                    group by kpi_id, date_trunc('month', week_ends_on)
                )

                select
                    cast(date_trunc('month', week_ends_on) as date) as month, status,
                    count(*) as kpis
                from marts.rpt_mops_kpis_weekly
                inner join last_weeks using (kpi_id, week_starts_on)
                group by date_trunc('month', week_ends_on), status
                order by month, status
            """,
            columns=(
                Column("month", "Month", "month", "rpt_mops_kpis_weekly.week_ends_on"),
                Column("status", "Status", "term"),
                Column("kpis", "KPIs", "count", "rpt_mops_kpis_weekly.kpi_id"),
            ),
            empty=_EMPTY,
            spec=monthly_bars("kpis", "count", by="status"),
        ),
    ),
)
