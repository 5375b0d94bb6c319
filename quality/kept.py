"""What one gate's judging leaves in the warehouse, in one transaction: all of it or nothing.

`quality.results` has one row per run and rule, `quality.scores` one per day, source, object,
dimension and field, `quality.record_scores` and `quality.object_scores` the score of records,
`quality.issues` one per rule, record and time that it was broken. None holds a row's value.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from quality import failing_rows, issues
from quality.rules import Gate, RuleResult, Suite

TABLES = f"""
create schema if not exists quality;
create table if not exists quality.results (
    run_id varchar, gate varchar, suite varchar, rule_id varchar, severity varchar,
    passed boolean, checked bigint, failed bigint, message varchar, as_of timestamp
);
alter table quality.results add column if not exists is_overridden boolean default false;
alter table quality.results add column if not exists table_schema varchar;
alter table quality.results add column if not exists table_name varchar;
create table if not exists quality.scores (
    day date, source varchar, object varchar, dimension varchar, field varchar,
    records bigint, passed bigint
);
{failing_rows.TABLES}
{issues.TABLES}
-- Homes of earlier versions kept a thousand failing keys a rule and run.
drop table if exists quality.violations;
"""


def keep(
    warehouse: Path,
    database: Path,
    gate: Gate,
    suites: Sequence[Suite],
    results: Sequence[RuleResult],
    *,
    run_id: str,
    as_of: datetime,
) -> None:
    """Write down what was found; what the same run and gate wrote before is replaced.

    `database` is the file that was judged: the warehouse, or the marts.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(TABLES)
        if database != warehouse:
            connection.execute(f"attach '{database}' as judged_file (read_only)")
        connection.begin()
        names = [suite.name for suite in suites]
        keep_results(connection, gate, names, results, run_id, as_of)
        _scores(connection, suites, results, as_of)
        catalog = None if database == warehouse else "judged_file"
        found = failing_rows.find(connection, catalog, suites, results, as_of)
        issues.follow(connection, found, as_of)
        connection.commit()
        connection.execute("checkpoint")


def keep_results(
    connection: duckdb.DuckDBPyConnection,
    gate: str,
    suites: Sequence[str],
    results: Sequence[RuleResult],
    run_id: str,
    as_of: datetime,
) -> None:
    """Write the verdicts of a gate's suites in place of those that the same run left of them."""
    connection.execute(
        "delete from quality.results where run_id = ? and list_contains(?, suite)",
        [run_id, list(suites)],
    )
    # Lists in one statement: three hundred inserts took as long as all that is judged.
    columns = [
        [each.suite for each in results],
        [each.rule_id for each in results],
        [each.severity for each in results],
        [each.passed for each in results],
        [each.checked for each in results],
        [each.failed for each in results],
        [each.message for each in results],
        [each.is_overridden for each in results],
        [each.table[0] for each in results],
        [each.table[1] for each in results],
    ]
    connection.execute(
        """
        insert into quality.results by name
        select ? as run_id, ? as gate, unnest(?) as suite, unnest(?) as rule_id,
            unnest(?) as severity, unnest(?) as passed, unnest(?) as checked,
            unnest(?) as failed, unnest(?) as message, unnest(?) as is_overridden,
            unnest(?) as table_schema, unnest(?) as table_name, ? as as_of
        """,
        [run_id, gate, *columns, as_of],
    )


def _scores(
    connection: duckdb.DuckDBPyConnection,
    suites: Sequence[Suite],
    results: Sequence[RuleResult],
    as_of: datetime,
) -> None:
    rules = {(suite.name, each.rule_id): (suite, each) for suite in suites for each in suite.rules}
    scores: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for found in results:
        suite, rule = rules[found.suite, found.rule_id]
        if not rule.names_rows:
            continue  # its rows are judged already, by the rule that asks for the column
        place = (suite.source, suite.object, rule.dimension, suite.field_of(rule))
        records, passed = scores.get(place, (0, 0))
        kept = max(found.checked - found.failed, 0)
        scores[place] = (records + found.checked, passed + kept)
    if not scores:
        return
    columns = [list(each) for each in zip(*scores, strict=True)]
    counts = [list(each) for each in zip(*scores.values(), strict=True)]
    connection.execute(
        "create or replace temp table scored as"
        " select cast(? as date) as day, unnest(?) as source, unnest(?) as object,"
        " unnest(?) as dimension, unnest(?) as field, unnest(?) as records, unnest(?) as passed",
        [as_of, *columns, *counts],
    )
    connection.execute(
        "delete from quality.scores as old using scored"
        " where old.day = scored.day and old.source = scored.source"
        " and old.object = scored.object and old.dimension = scored.dimension"
        " and old.field = scored.field"
    )
    connection.execute("insert into quality.scores by name from scored")
    connection.execute("drop table scored")
