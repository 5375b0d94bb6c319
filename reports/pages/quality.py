"""Data quality: how far the numbers on the other pages can be trusted."""

from reports.charts import ranked_dots
from reports.page import Chart, Column, Page

PAGE = Page(
    name="quality",
    title="Data quality",
    lead="How far the numbers on the other pages can be trusted.",
    position=6,
    parts=(
        Chart(
            name="quality_scores",
            title="Share of rows that keep each rule",
            subtitle="On the day of the last run, the weakest first; the scale begins above zero",
            query="""
                select
                    source, object, field, dimension, records, passed, score,
                    replace(source, '_', ' ') || ' ' || object || ' · '
                    || case when field = '(row)' then '' else replace(field, 'properties__', '')
                    || ' · ' end || dimension as rule
                from marts.rpt_data_quality
                where day = (select max(day) from marts.rpt_data_quality) and records > 0
                order by score, source, object, field, dimension
            """,
            columns=(
                Column("source", "Source", "term"),
                Column("object", "Object"),
                Column("field", "Field"),
                Column("dimension", "Dimension", "term"),
                Column("records", "Rows judged", "count"),
                Column("passed", "Rows that pass", "count"),
                Column("score", "Score", "share"),
                Column("rule", "Rule", is_shown=False),
            ),
            empty="No rule has judged a row in this home yet.",
            spec=ranked_dots("rule", "score", "share", by="dimension", at_least=(0.9, 1.0)),
        ),
        Chart(
            name="freshness",
            title="How fresh each source is",
            subtitle="At the as-of time of this report",
            query="""
                select
                    source, last_status, last_succeeded_as_of, age_hours,
                    case when is_fresh then 'yes' else 'no' end as is_fresh
                from marts.rpt_source_freshness
                order by age_hours desc nulls first, source
            """,
            columns=(
                Column("source", "Source", "term"),
                Column("last_status", "Last load", "term"),
                Column("last_succeeded_as_of", "Last good load", "date"),
                Column("age_hours", "Age, hours", "count"),
                Column("is_fresh", "Fresh"),
            ),
            empty="No source was loaded yet.",
        ),
        Chart(
            name="rows_read",
            title="What became of the rows that were read",
            subtitle="The latest run of each source; every row is in exactly one column",
            query="""
                select
                    source, table_name, yielded, loaded, unchanged, superseded, deduplicated,
                    quarantined
                from marts.rpt_load_audit as audit
                where
                    as_of = (
                        select max(latest.as_of) from marts.rpt_load_audit as latest
                        where latest.source = audit.source
                    )
                    and yielded > 0
                order by quarantined desc, source, table_name
            """,
            columns=(
                Column("source", "Source", "term"),
                Column("table_name", "Table"),
                Column("yielded", "Read", "count"),
                Column("loaded", "Loaded", "count"),
                Column("unchanged", "Unchanged", "count"),
                Column("superseded", "Superseded", "count"),
                Column("deduplicated", "Twice", "count"),
                Column("quarantined", "Quarantined", "count"),
            ),
            empty="No row was read in this home yet.",
            notes=("The command engineroom quarantine list says why a row was set aside.",),
        ),
        Chart(
            name="truth_scores",
            title="Scored against the truth",
            subtitle="Sandbox homes only: the made-up company knows its own answers",
            query="""
                select metric, value, note
                from marts.rpt_truth_scores
                where metric not like 'credit%' or metric like 'credit_error_won%'
                order by metric
            """,
            columns=(
                Column("metric", "Measure", "term"),
                Column("value", "Value", "ratio"),
                Column("note", "What it says"),
            ),
            empty="This home has no planted truth to be scored against, so nothing is claimed.",
        ),
    ),
)
