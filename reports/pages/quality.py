"""Data quality: how far the numbers on the other pages can be trusted."""

from reports.charts import ranked_bars, ranked_dots
from reports.page import Chart, Column, Page

_SCORES = (
    Column("source", "Source", "term"),
    Column("object", "Object"),
    Column("field", "Field"),
    Column("dimension", "Dimension", "term"),
    Column("records", "Rows judged", "count"),
    Column("passed", "Rows that pass", "count"),
    Column("score", "Score", "share"),
)

PAGE = Page(
    name="quality",
    title="Data quality",
    lead="How far the numbers on the other pages can be trusted.",
    position=7,
    parts=(
        Chart(
            name="quality_scores",
            title="Where rules are kept least",
            subtitle="The twenty lowest shares of the last run; the scale begins above zero",
            query="""
                select
                    source, object, field, dimension, records, passed, score,
                    replace(source, '_', ' ') || ' ' || object || ' · '
                    || case when field = '(row)' then '' else field || ' · ' end
                    || dimension as rule
                from marts.rpt_data_quality
                where day = (select max(day) from marts.rpt_data_quality) and records > 0
                order by score, source, object, field, dimension
                limit 20
            """,
            columns=(
                *_SCORES,
                Column("rule", "Rule", is_shown=False),
            ),
            empty="No rule has judged a row in this home yet.",
            spec=ranked_dots("rule", "score", "share", by="dimension", at_least=(0.9, 1.0)),
        ),
        Chart(
            name="quality_fixes",
            title="What to mend first",
            subtitle="Open pipeline that hangs on records with the fault, in {currency}",
            query="""
                select
                    fix_rank, rule_id, source, object, reason, dimension, records,
                    open_opportunities, open_amount_reporting,
                    replace(source, '_', ' ') || ' ' || object || ' · '
                    || case when field = '(row)' then '' else field || ' · ' end || reason
                    || ' · ' || fix_rank as fix
                from marts.rpt_quality_fixes
                where open_amount_reporting > 0
                order by fix_rank
                limit 15
            """,
            columns=(
                Column("fix_rank", "Rank", "count"),
                Column("rule_id", "Rule", "term"),
                Column("source", "Source", "term"),
                Column("object", "Object"),
                Column("reason", "What is wrong"),
                Column("dimension", "Dimension", "term"),
                Column("records", "Records", "count"),
                Column("open_opportunities", "Open opportunities", "count"),
                Column("open_amount_reporting", "Open pipeline", "money"),
                Column("fix", "Fix", is_shown=False),
            ),
            empty="No open pipeline hangs on a record that breaks a rule.",
            notes=(
                "An opportunity counts once a fix. It may hang on several fixes, so the amounts do "
                "not add up.",
            ),
            spec=ranked_bars("fix", "open_amount_reporting", "money", by="dimension"),
        ),
        Chart(
            name="record_scores",
            title="Data quality score of records",
            subtitle="0 to 100, on the day of the last run",
            query="""
                select source, object, records, score, records_with_pipeline, score_by_pipeline
                from marts.rpt_quality_scores
                where day = (select max(day) from marts.rpt_quality_scores)
                order by score, source, object
            """,
            columns=(
                Column("source", "Source", "term"),
                Column("object", "Object"),
                Column("records", "Records", "count"),
                Column("score", "Score", "ratio"),
                Column("records_with_pipeline", "With open pipeline", "count"),
                Column("score_by_pipeline", "Score by pipeline", "ratio"),
            ),
            empty="No record was judged in this home yet.",
        ),
        Chart(
            name="quality_trend",
            title="What became better or worse",
            subtitle="Share of rows that keep each rule, beside 28 days before",
            query="""
                select
                    source, object, field, dimension, compared_on, score_before, score,
                    score_change, trend
                from marts.rpt_quality_trend
                where
                    day = (select max(day) from marts.rpt_quality_trend)
                    and trend in ('better', 'worse')
                order by score_change, source, object, field, dimension
            """,
            columns=(
                Column("source", "Source", "term"),
                Column("object", "Object"),
                Column("field", "Field"),
                Column("dimension", "Dimension", "term"),
                Column("compared_on", "Beside", "date"),
                Column("score_before", "Then", "share"),
                Column("score", "Now", "share"),
                Column("score_change", "Change", "share"),
                Column("trend", "Trend", "term"),
            ),
            empty="No score moved by half a point or more, or there is one day of history only.",
        ),
        Chart(
            name="quality_issues",
            title="Issues by rule",
            subtitle="Records that break a rule now, and those mended since",
            query="""
                select
                    rule_id, source, object, reason,
                    count(*) filter (is_open) as open_issues,
                    count(*) filter (not is_open) as resolved_issues,
                    min(first_seen_at) filter (is_open) as first_seen_at
                from marts.rpt_quality_issues
                group by rule_id, source, object, reason
                order by open_issues desc, rule_id, source, object, reason
            """,
            columns=(
                Column("rule_id", "Rule", "term"),
                Column("source", "Source", "term"),
                Column("object", "Object"),
                Column("reason", "What is wrong"),
                Column("open_issues", "Open", "count", "rpt_quality_issues.is_open"),
                Column("resolved_issues", "Resolved", "count", "rpt_quality_issues.resolved_at"),
                Column("first_seen_at", "Oldest since", "date"),
            ),
            empty="No record breaks a rule.",
            notes=("The mart rpt_quality_issues names each record.",),
        ),
        Chart(
            name="utm_values",
            title="Tags that look wrong",
            subtitle="Values of utm parameters that no channel rule knows, and what was meant",
            query="""
                select tag, utm_value, problem, suggested_value, events, last_seen_at
                from marts.rpt_quality_utm_values
                order by events desc, tag, utm_value
                limit 50
            """,
            columns=(
                Column("tag", "Parameter", "term"),
                Column("utm_value", "Value"),
                Column("problem", "What is wrong", "term"),
                Column("suggested_value", "Probably meant"),
                Column("events", "Events", "count"),
                Column("last_seen_at", "Last seen", "date"),
            ),
            empty="Every tag is one that the channel rules know.",
            notes=("A line in utm_aliases of config/channels.yml makes a suggestion count.",),
        ),
        Chart(
            name="all_scores",
            title="Every rule",
            subtitle="Share of rows that keep it, on the day of the last run",
            query="""
                select source, object, field, dimension, records, passed, score
                from marts.rpt_data_quality
                where day = (select max(day) from marts.rpt_data_quality) and records > 0
                order by source, object, field, dimension
            """,
            columns=_SCORES,
            empty="No rule has judged a row in this home yet.",
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
