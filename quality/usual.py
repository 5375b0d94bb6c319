"""How often a column is usually empty: the bound of rules of kind `usual_null_rate`.

A rule's own results of the days before are its history: one share a day, the last run's of the day.
The bound is the mean plus `sigmas` standard deviations. A steady share would make any change an
alarm, so the deviation is at least that of chance among as many rows, and at least half a point.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean, pstdev

import duckdb

from quality.rules import Rule, Suite

SIGMAS, DAYS = 3.0, 28
# With fewer days the deviation says little; nothing is judged until there are so many.
DAYS_NEEDED = 7
LEAST_DEVIATION = 0.005


def with_bounds(warehouse: Path, suites: Iterable[Suite], as_of: datetime) -> list[Suite]:
    """Return the suites with the share of filled rows that each usual rate asks for."""
    suites = list(suites)
    if not any(rule.kind == "usual_null_rate" for suite in suites for rule in suite.rules):
        return suites
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [_with_bounds(connection, suite, as_of) for suite in suites]


def _with_bounds(connection: duckdb.DuckDBPyConnection, suite: Suite, as_of: datetime) -> Suite:
    rules = tuple(
        replace(rule, at_least=_least_filled(connection, suite, rule, as_of))
        if rule.kind == "usual_null_rate"
        else rule
        for rule in suite.rules
    )
    return replace(suite, rules=rules)


def _least_filled(
    connection: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule, as_of: datetime
) -> float:
    today = as_of.date()
    since = today - timedelta(days=int(rule.options.get("days", DAYS)))
    rows = connection.execute(
        """
        select arg_max(failed, (as_of, rowid)), arg_max(checked, (as_of, rowid))
        from quality.results
        where suite = ? and rule_id = ? and checked > 0
            and cast(as_of as date) >= ? and cast(as_of as date) < ?
        group by cast(as_of as date)
        """,
        [suite.name, rule.rule_id, since, today],
    ).fetchall()
    if len(rows) < DAYS_NEEDED:
        return 0.0
    shares = [failed / checked for failed, checked in rows]
    mean = fmean(shares)
    chance = (mean * (1 - mean) / max(checked for _, checked in rows)) ** 0.5
    deviation = max(pstdev(shares), chance, LEAST_DEVIATION)
    return max(0.0, 1 - mean - float(rule.options.get("sigmas", SIGMAS)) * deviation)
