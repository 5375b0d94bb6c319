"""Finds every row that breaks a rule, and the data quality score of every record.

All of it stays in the database: a rule that fails whole may name a million rows.
"""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from quality import hygiene
from quality.failing import fails, judged, literal, reason
from quality.rules import DIMENSION_WEIGHTS, Rule, RuleResult, Suite

TABLES = """
create table if not exists quality.record_scores (
    suite varchar, source varchar, object varchar, record_key varchar, score double
);
create table if not exists quality.object_scores (
    day date, suite varchar, source varchar, object varchar, records bigint, score double
);
"""
# Names of columns that say whose row it is rather than which.
PLACE = ("source", "object")


def find(
    connection: duckdb.DuckDBPyConnection,
    catalog: str | None,
    suites: Sequence[Suite],
    results: Sequence[RuleResult],
    as_of: datetime,
) -> list[str]:
    """Fill the temporary table `failing` and return the names of the suites that it speaks for.

    One row per rule and record that breaks it. `catalog` is the attached file that was judged, none
    for the connection's own. A suite with a rule that could not be computed, or
    whose table is not there, is not spoken for. Scores of records are replaced suite by suite.
    """
    connection.execute(
        "create or replace temp table failing (rule_id varchar, suite varchar, source varchar,"
        " object varchar, record_key varchar, dimension varchar, field varchar, reason varchar,"
        " severity varchar)"
    )
    broken = {(each.suite, each.rule_id) for each in results if each.failed}
    lame = {each.suite for each in results if not each.is_computed}
    own = _current(connection)
    connection.execute(f'use "{catalog or own}"')
    there = set(
        connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = current_database()"
        ).fetchall()
    )
    spoken = []
    for suite in suites:
        if suite.name in lame or suite.relation not in there:
            continue
        spoken.append(suite.name)
        rules = [rule for rule in suite.rules if (suite.name, rule.rule_id) in broken]
        rules = [rule for rule in rules if rule.names_rows]
        if rules or suite.is_record:
            connection.execute(f'use "{catalog or own}"')
            _look(connection, suite, rules, as_of)
            connection.execute(f'use "{own}"')
            _keep(connection, suite, rules, as_of)
    connection.execute(f'use "{own}"')
    return spoken


def _current(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("select current_database()").fetchone()
    return str(row[0]) if row else ""


def _look(
    connection: duckdb.DuckDBPyConnection, suite: Suite, rules: Sequence[Rule], as_of: datetime
) -> None:
    """Judge the rows of a suite once, for its issues and for its scores."""
    flags = "".join(
        f", {fails(rule, suite)} as f{n}, {reason(rule)} as why{n}" for n, rule in enumerate(rules)
    )
    score = f", {_score(suite)} as score" if suite.is_record else ""
    place = ", ".join(
        f'cast("{name}" as varchar) as {name}'
        if name in suite.key
        else f"{literal(getattr(suite, name))} as {name}"
        for name in PLACE
    )
    connection.execute(
        f"create or replace temp table looked as select {place}, {_key(suite)} as record_key"
        f"{flags}{score} from ({hygiene.query(suite, as_of)}) as judged"
    )


def _keep(
    connection: duckdb.DuckDBPyConnection, suite: Suite, rules: Sequence[Rule], as_of: datetime
) -> None:
    for number, rule in enumerate(rules):
        connection.execute(
            "insert into failing select ?, ?, source, object, record_key, ?, ?, min(why), ?"
            f" from (select source, object, record_key, why{number} as why from looked"
            f" where f{number}) as found group by source, object, record_key",
            [rule.rule_id, suite.name, rule.dimension, suite.field_of(rule), rule.severity],
        )
    if suite.is_record:
        _keep_scores(connection, suite, as_of)
    connection.execute("drop table looked")


def _key(suite: Suite) -> str:
    """SQL of the key of a row; one that holds an address is kept as its digest only."""
    names = [name for name in suite.key if name not in PLACE] or list(suite.key)
    parts = [f"""coalesce(cast("{name}" as varchar), '(none)')""" for name in names]
    key = " || '|' || ".join(parts)
    return f"case when {key} like '%@%' then md5({key}) else {key} end"


def _score(suite: Suite) -> str:
    """SQL of a record's score, 0 to 100: the weighted mean of its dimensions.

    A dimension is the share of the rules that judge the record and are kept; the weights of
    dimensions in which no rule judges it are left out. Null where none judges it at all.
    """
    kept, weights = [], []
    for dimension, weight in DIMENSION_WEIGHTS.items():
        rules = [rule for rule in suite.rules if rule.dimension == dimension and rule.names_rows]
        if not rules:
            continue
        judging = " + ".join(f"cast({judged(rule, suite)} as integer)" for rule in rules)
        failing = " + ".join(f"cast({fails(rule, suite)} as integer)" for rule in rules)
        share = f"(1 - cast({failing} as double) / nullif({judging}, 0))"
        kept.append(f"coalesce({weight} * {share}, 0)")
        weights.append(f"case when {judging} > 0 then {weight} else 0 end")
    if not kept:
        return "cast(null as double)"
    return f"round(100 * ({' + '.join(kept)}) / nullif({' + '.join(weights)}, 0), 6)"


def _keep_scores(connection: duckdb.DuckDBPyConnection, suite: Suite, as_of: datetime) -> None:
    connection.execute("delete from quality.record_scores where suite = ?", [suite.name])
    connection.execute(
        "insert into quality.record_scores by name"
        " select ? as suite, source, object, record_key, score from looked",
        [suite.name],
    )
    connection.execute(
        "delete from quality.object_scores where suite = ? and day = cast(? as date)",
        [suite.name, as_of],
    )
    # Decimals, so that the mean does not depend on the order of rows.
    connection.execute(
        "insert into quality.object_scores by name"
        " select cast(? as date) as day, ? as suite, source, object, count(*) as records,"
        " cast(sum(cast(score as decimal(18, 6))) as double) / nullif(count(score), 0) as score"
        " from looked group by source, object",
        [as_of, suite.name],
    )
