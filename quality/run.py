"""Runs the suites of one gate and keeps what they found in tables of our own.

`quality.results` has one row per run and rule, `quality.violations` one per failing row (its key
and the reason, never a value), `quality.scores` one per day, source, object, dimension and field.
"""

from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from quality.rules import Gate, Rule, RuleResult, Suite, Systems

# Enough to find the fault; a table that fails whole would otherwise write itself out again.
VIOLATIONS_KEPT_PER_RULE = 1_000

_TABLES = """
create schema if not exists quality;
create table if not exists quality.results (
    run_id varchar, gate varchar, suite varchar, rule_id varchar, severity varchar,
    passed boolean, checked bigint, failed bigint, message varchar, as_of timestamp
);
create table if not exists quality.violations (
    run_id varchar, suite varchar, rule_id varchar, row_key varchar, reason varchar, as_of timestamp
);
create table if not exists quality.scores (
    day date, source varchar, object varchar, dimension varchar, field varchar,
    records bigint, passed bigint
);
"""


def ensure_tables(warehouse: Path) -> None:
    """Create the tables of the quality room where they are missing."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_TABLES)


def run_suites(
    warehouse: Path, marts: Path, *, gate: Gate, systems: Systems, run_id: str, as_of: datetime
) -> list[RuleResult]:
    """Judge every suite of `gate` and return one result per rule, in the suites' order.

    Suites of the gate `marts` read the marts file, all others the warehouse. Results, violations
    and scores of the same run and gate are replaced, so a repeated step leaves no second copy.
    Where a source is not used its tables are missing or empty: nothing is checked, nothing fails.
    """
    from quality.suites import suites_of

    database = marts if gate == "marts" else warehouse
    results: list[RuleResult] = []
    violations: list[tuple[str, str, str, str]] = []
    suites = suites_of(gate, systems)
    filled = _filled(database, suites)
    with ExitStack() as stack:
        # Great Expectations takes seconds to import, and many a gate has no rows in a home.
        engine = stack.enter_context(_engine(database)) if filled else None
        for suite in suites:
            if engine and suite.name in filled:
                found, keys = _judge(*engine, suite)
                results += found
                violations += keys
            else:
                results += _nothing_judged(suite)
    _keep(warehouse, gate, run_id, as_of, suites, results, violations)
    return results


def _engine(database: Path) -> AbstractContextManager[tuple[Any, Any]]:
    from quality.engine import data_source

    return data_source(database)


def _filled(database: Path, suites: list[Suite]) -> set[str]:
    """Return the names of the suites that have rows to judge."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {suite.name for suite in suites if _has_rows(connection, suite)}


def _has_rows(connection: duckdb.DuckDBPyConnection, suite: Suite) -> bool:
    known = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        list(suite.relation),
    ).fetchone()
    if not known:
        return False
    try:
        return connection.execute(f"select 1 from ({suite.query}) limit 1").fetchone() is not None
    except duckdb.Error:
        return True  # it cannot be read, which its rules then say


def _nothing_judged(suite: Suite) -> list[RuleResult]:
    where = ".".join(suite.table)
    return [
        RuleResult(
            each.rule_id,
            suite.name,
            suite.table,
            each.severity,
            passed=True,
            checked=0,
            failed=0,
            message=f"no rows to judge in {where}: {each.rule_id.replace('_', ' ')}",
        )
        for each in suite.rules
    ]


def _judge(
    context: Any, source: Any, suite: Suite
) -> tuple[list[RuleResult], list[tuple[str, str, str, str]]]:
    import great_expectations as gx

    asset = source.add_query_asset(name=suite.name, query=suite.query)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    expectations = gx.ExpectationSuite(name=suite.name)
    for each in suite.rules:
        expectations.add_expectation(each.expectation)
    report = batch.validate(
        expectations,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": list(suite.key),
        },
    )
    by_id = {each.rule_id: each for each in suite.rules}
    outcome, keys = [], []
    for found in report.results:
        each = by_id[found.expectation_config.meta["rule"]]
        outcome.append(_verdict(suite, each, found))
        keys += [
            (suite.name, each.rule_id, key, each.dimension) for key in _failing_keys(suite, found)
        ]
    return outcome, keys


def _verdict(suite: Suite, each: Rule, found: Any) -> RuleResult:
    """One rule's verdict; an expectation that could not be computed is a failure that says so."""
    error = _error_of(found)
    details = found.result or {}
    # A rule on values says nothing of rows without one: they are not counted as passed.
    checked = int(details.get("element_count") or 0) - int(details.get("missing_count") or 0)
    failed = int(details.get("unexpected_count") or 0)
    if not found.success and failed == 0:
        failed = max(1, len(details.get("details", {}).get("unexpected_rows", []) or []))
    sentence = each.rule_id.replace("_", " ")
    if error:
        message = f"could not be computed: {sentence} ({error})"
    elif found.success:
        message = f"holds: {sentence}"
    else:
        message = (
            f"broken: {sentence}; {failed} of {checked or 'all'} rows of {'.'.join(suite.table)}"
        )
    return RuleResult(
        each.rule_id,
        suite.name,
        suite.table,
        each.severity,
        bool(found.success),
        checked,
        failed,
        message,
    )


def _error_of(found: Any) -> str | None:
    """The kind of the exception of an expectation, without its text: texts can quote row values."""
    info = found.exception_info or {}
    nested = [info] if "raised_exception" in info else list(info.values())
    for entry in nested:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message", "unknown")).split("\n")[0].split(":")[0][:120]
    return None


def _failing_keys(suite: Suite, found: Any) -> list[str]:
    rows = (found.result or {}).get("unexpected_index_list") or []
    return [
        "|".join(str(row.get(column)) for column in suite.key)
        for row in rows[:VIOLATIONS_KEPT_PER_RULE]
    ]


def _keep(
    warehouse: Path,
    gate: Gate,
    run_id: str,
    as_of: datetime,
    suites: list[Suite],
    results: list[RuleResult],
    violations: list[tuple[str, str, str, str]],
) -> None:
    by_suite = {suite.name: suite for suite in suites}
    rules = {(suite.name, each.rule_id): each for suite in suites for each in suite.rules}
    scores: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_TABLES)
        connection.begin()
        names = list(by_suite)
        for table in ("results", "violations"):
            connection.execute(
                f"delete from quality.{table} where run_id = ? and list_contains(?, suite)",
                [run_id, names],
            )
        for found in results:
            connection.execute(
                "insert into quality.results values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    run_id,
                    gate,
                    found.suite,
                    found.rule_id,
                    found.severity,
                    found.passed,
                    found.checked,
                    found.failed,
                    found.message,
                    as_of,
                ],
            )
            suite, each = by_suite[found.suite], rules[(found.suite, found.rule_id)]
            place = (suite.source, suite.object, each.dimension, each.field)
            records, passed = scores.get(place, (0, 0))
            kept = max(found.checked - found.failed, 0)
            scores[place] = (records + found.checked, passed + kept)
        for place, (records, passed) in scores.items():
            connection.execute(
                "delete from quality.scores where day = cast(? as date)"
                " and source = ? and object = ? and dimension = ? and field = ?",
                [as_of, *place],
            )
            connection.execute(
                "insert into quality.scores values (cast(? as date), ?, ?, ?, ?, ?, ?)",
                [as_of, *place, records, passed],
            )
        for suite_name, rule_id, key, dimension in violations:
            connection.execute(
                "insert into quality.violations values (?, ?, ?, ?, ?, ?)",
                [run_id, suite_name, rule_id, key, dimension, as_of],
            )
        connection.commit()
        connection.execute("checkpoint")
