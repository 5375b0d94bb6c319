"""Tests of the models in a run: a broken one holds back the groups of marts that read its tables.

dbt leaves the broken tests of a gate in the warehouse (`macros/merged_tests.sql`). They are kept
beside the verdicts of the hygiene rules, so that the publishing step, the status and the published
stamp know one kind of broken rule. No override lets one pass: they say that our own models are
wrong.
"""

import duckdb

from orchestration.house import House
from orchestration.settings import Settings
from quality import kept
from quality.rules import RuleResult

HOLD = "model_tests_hold"
GATE = "dbt_"  # before the name of the gate that built the models


def broken(settings: Settings) -> list[tuple[str, tuple[str, str]]]:
    """Return the tests that the last build of a gate broke, each with a table that it tests."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        rows = connection.execute("from changes.broken_tests order by all").fetchall()
    return [(name, (schema, table)) for name, schema, table in rows]


def keep(house: House, gate: str) -> None:
    """Write down what the tests of a gate, built whole, found: broken ones, or that all hold.

    What the same run wrote before is replaced.
    """
    suite = f"{GATE}{gate}"
    found = [
        _result(name, suite, table, f"broken test of {'.'.join(table)}: {name}")
        for name, table in broken(house.settings)
    ]
    found = found or [_result(HOLD, suite, ("dbt", gate), "holds: model tests hold", passed=True)]
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        connection.begin()
        kept.keep_results(connection, suite, [suite], found, house.run_id, house.as_of)
        connection.commit()


def _result(
    name: str, suite: str, table: tuple[str, str], message: str, *, passed: bool = False
) -> RuleResult:
    return RuleResult(name, suite, table, "blocking", passed, 0, int(not passed), message)
