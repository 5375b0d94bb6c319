"""Judges the suites of one gate by Great Expectations; `quality.kept` writes down the verdict.

No row's value leaves this module: results are counts and sentences, issues are keys and reasons.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from quality import hygiene, kept, usual
from quality.rules import Gate, Rule, RuleResult, Severity, Suite

# With fewer rows judged, `blocks_below` holds nothing back: nine of ten are no batch.
ROWS_OF_A_BATCH = 100


def ensure_tables(warehouse: Path) -> None:
    """Create the tables of the quality room where they are missing."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(kept.TABLES)


def run_suites(
    warehouse: Path,
    marts: Path,
    *,
    gate: Gate,
    suites: Sequence[Suite],
    run_id: str,
    as_of: datetime,
    overridden: Collection[str] = (),
) -> list[RuleResult]:
    """Judge the suites of `gate` and return one result per rule, in the suites' order.

    Suites of the gate `marts` read the marts file, all others the warehouse. What the same run and
    gate wrote before is replaced, so a repeated step leaves no second copy. Where a source is not
    used its tables are missing or empty: nothing is checked, nothing fails. A rule in `overridden`
    that is broken warns and does not block.
    """
    database = marts if gate == "marts" else warehouse
    suites = usual.with_bounds(warehouse, hygiene.of_gate(suites, gate), as_of)
    results: list[RuleResult] = []
    filled = _filled(database, suites, as_of)
    with ExitStack() as stack:
        # Great Expectations takes seconds to import, and many a gate has no rows in a home.
        source = stack.enter_context(_engine(database)) if filled else None
        for suite in suites:
            if source and suite.name in filled:
                results += _judge(source, suite, as_of)
            else:
                results += _nothing_judged(suite)
    results = [_blocking(each, overridden) for each in results]
    kept.keep(warehouse, database, gate, suites, results, run_id=run_id, as_of=as_of)
    return results


def _engine(database: Path) -> AbstractContextManager[Any]:
    from quality.engine import data_source

    return data_source(database)


def _filled(database: Path, suites: list[Suite], as_of: datetime) -> set[str]:
    """Return the names of the suites that have rows to judge."""
    with duckdb.connect(str(database), read_only=True) as connection:
        known = set(
            connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        )
        return {
            suite.name
            for suite in suites
            if suite.relation in known and _has_rows(connection, suite, as_of)
        }


def _has_rows(connection: duckdb.DuckDBPyConnection, suite: Suite, as_of: datetime) -> bool:
    try:
        rows = connection.execute(f"select 1 from ({hygiene.query(suite, as_of)}) limit 1")
        return rows.fetchone() is not None
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


def _judge(source: Any, suite: Suite, as_of: datetime) -> list[RuleResult]:
    import great_expectations as gx

    from quality.expectations import computed_columns, expectation

    rows = hygiene.query(suite, as_of)
    if computed := computed_columns(suite):
        rows = f"select *{computed} from ({rows}) as judged"
    asset = source.add_query_asset(name=suite.name, query=rows)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    expectations = gx.ExpectationSuite(name=suite.name)
    for each in suite.rules:
        expectations.add_expectation(expectation(each, suite))
    report = batch.validate(expectations, result_format={"result_format": "BASIC"})
    by_id = {each.rule_id: each for each in suite.rules}
    found = {
        each.expectation_config.meta["rule"]: _verdict(
            suite, by_id[each.expectation_config.meta["rule"]], each
        )
        for each in report.results
    }
    return [found[each.rule_id] for each in suite.rules]


def _verdict(suite: Suite, each: Rule, found: Any) -> RuleResult:
    """One rule's verdict; an expectation that could not be computed is a failure that says so."""
    error = _error_of(found)
    details = found.result or {}
    # A rule on values says nothing of rows without one: they are not counted as passed.
    checked = int(details.get("element_count") or 0) - int(details.get("missing_count") or 0)
    failed = int(details.get("unexpected_count") or 0)
    if not found.success and failed == 0:
        failed = 1
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
        _severity(each, checked, failed),
        bool(found.success),
        checked,
        failed,
        message,
        is_computed=error is None,
    )


def _severity(rule: Rule, checked: int, failed: int) -> Severity:
    """What a rule is worth as things stand: a share of a handful of rows says little."""
    if rule.blocks_below is None or checked < ROWS_OF_A_BATCH:
        return rule.severity
    return "blocking" if (checked - failed) / checked < rule.blocks_below else rule.severity


def _blocking(found: RuleResult, overridden: Collection[str]) -> RuleResult:
    if found.passed or found.severity != "blocking" or found.rule_id not in overridden:
        return found
    return replace(
        found, severity="warning", is_overridden=True, message=f"overridden; {found.message}"
    )


def _error_of(found: Any) -> str | None:
    """The kind of the exception of an expectation, without its text: texts can quote row values."""
    info = found.exception_info or {}
    nested = [info] if "raised_exception" in info else list(info.values())
    for entry in nested:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message", "unknown")).split("\n")[0].split(":")[0][:120]
    return None
