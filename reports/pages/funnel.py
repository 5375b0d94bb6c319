"""The funnel: what entered each stage, cohorts that reached the next, and how long it took."""

from reports.charts import bars_beside_before, monthly_lines
from reports.page import Chart, Column, Page

_STEP = """
    (select stages.title from (values
        ('visitor', 'Visitor'), ('lead', 'Lead'), ('mql', 'MQL'), ('sal', 'SAL'), ('sql', 'SQL'),
        ('opportunity', 'Opportunity'), ('won', 'Won')
    ) as stages (stage, title) where stages.stage = {column})
"""
_EMPTY = "Nobody entered a stage in this home. Connect a CRM, or drop its contacts and deals."
_ORDER = """
    case from_stage
        when 'visitor' then 1 when 'lead' then 2 when 'mql' then 3 when 'sal' then 4
        when 'sql' then 5 when 'opportunity' then 6 else 7
    end
"""

_COHORTS = """
    select
        cohort_month, {from_stage} || ' → ' || {to_stage} as step, entered, reached,
        reached_observed, conversion_rate, p50_days, p90_days,
        case when is_mature then 'final' else 'too young' end as state
    from marts.rpt_funnel_cohorts
    where segment = '(all)' and window_days = 90 and entered >= 5 and {condition}
    order by {order}, cohort_month
"""
_COHORT_COLUMNS = (
    Column("cohort_month", "Cohort", "month"),
    Column("step", "Step", "text", "rpt_funnel_cohorts.to_stage"),
    Column("entered", "Entered", "count"),
    Column("reached", "Reached", "count"),
    Column("reached_observed", "Reached, observed only", "count"),
    Column("conversion_rate", "Cohort rate", "share"),
    Column("p50_days", "Median days", "days"),
    Column("p90_days", "90th percentile, days", "days"),
    Column("state", "State", "text", "rpt_funnel_cohorts.is_mature"),
)


def _cohorts(condition: str) -> str:
    return _COHORTS.format(
        from_stage=_STEP.format(column="from_stage"),
        to_stage=_STEP.format(column="to_stage"),
        condition=condition,
        order=_ORDER,
    )


def _by_cohort(measure: str, kind: str) -> dict:
    spec = monthly_lines(measure, kind, "step")
    spec["encoding"]["x"]["field"] = "cohort_month"
    return spec


PAGE = Page(
    name="funnel",
    title="Funnel",
    lead="How many go on, how long it takes, and which cohorts are still too young to judge.",
    position=3,
    parts=(
        Chart(
            name="funnel_now",
            title="Entries to each stage, now and before",
            subtitle="{last_90_days}; the tick is the 90 days before",
            query="""
                select
                    title as stage, value, previous_value, change_share
                from marts.rpt_headlines
                where
                    period = 'last_90_days'
                    and metric in ('leads', 'mqls', 'sqls', 'opportunities', 'won_deals')
                order by
                    case metric
                        when 'leads' then 1 when 'mqls' then 2 when 'sqls' then 3
                        when 'opportunities' then 4 else 5
                    end
            """,
            columns=(
                Column("stage", "Stage", "text", "rpt_headlines.title"),
                Column("value", "Entries", "count"),
                Column("previous_value", "90 days before", "count"),
                Column("change_share", "Change", "share"),
            ),
            empty=_EMPTY,
            notes=(
                "These are entries of the period and not one group followed through: who becomes "
                "an opportunity now may have been a lead long ago. The cohorts below follow one "
                "group.",
            ),
            spec=bars_beside_before("stage", "value", "previous_value", "count"),
        ),
        Chart(
            name="funnel_cohorts",
            title="Of those who entered a stage, how many reached the next within 90 days",
            subtitle="Share of each month's entrants; cohorts of fewer than five are left out",
            query=_cohorts("true"),
            columns=_COHORT_COLUMNS,
            empty=_EMPTY,
            spec=_by_cohort("conversion_rate", "share"),
        ),
        Chart(
            name="funnel_velocity",
            title="How long a step takes",
            subtitle="Median days to the next stage, by month of entry; open records count as open",
            query=_cohorts("p50_days is not null"),
            columns=_COHORT_COLUMNS,
            empty="No step has a median yet: less than half of any cohort went on.",
            spec=_by_cohort("p50_days", "days"),
            is_wide=False,
        ),
        Chart(
            name="funnel_periods",
            title="What moved in each month",
            subtitle="Entries to the later stage of each step",
            query=f"""
                select
                    month,
                    {_STEP.format(column="from_stage")} || ' → '
                    || {_STEP.format(column="to_stage")} as step,
                    from_entries, to_entries, period_rate
                from marts.rpt_funnel_periods
                where segment = '(all)' and from_entries >= 5
                order by {_ORDER}, month
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("step", "Step", "text", "rpt_funnel_periods.to_stage"),
                Column("from_entries", "Entries to the first", "count"),
                Column("to_entries", "Entries to the second", "count"),
                Column("period_rate", "Period rate", "share"),
            ),
            empty=_EMPTY,
            spec=monthly_lines("to_entries", "count", "step"),
            is_wide=False,
        ),
    ),
)
