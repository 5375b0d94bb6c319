"""What Great Expectations counts is what SQL names, whatever the rows; scores follow from both."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality.rules import DIMENSION_WEIGHTS, Rule, Suite
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
COLUMNS = ("id", "part", "word", "low", "high", "flag")


def rule(rule_id: str, kind: str, **told: Any) -> Rule:
    own = {name: told.pop(name) for name in ("column", "where") if name in told}
    dimension = told.pop("dimension", "validity")
    return Rule(rule_id, kind, "warning", dimension, options=told, **own)


RULES = (
    rule("word_is_there", "not_null", column="word", dimension="completeness"),
    rule("low_is_there_where_flagged", "not_null", column="low", where="flag"),
    rule("word_is_alone", "unique", column="word", dimension="uniqueness"),
    rule("key_is_alone", "unique_key", dimension="uniqueness"),
    rule("word_is_small", "matches", column="word", pattern="^[a-z]+$"),
    rule("word_is_known", "in_set", column="word", values=["a", "it's"]),
    rule("flag_is_off", "in_set", column="flag", values=[False]),
    rule("word_is_not_b", "not_in_set", column="word", values=["b"]),
    rule("low_is_in_range", "between", column="low", least=0, most=2),
    rule("low_is_not_low", "between", column="low", least=1.5),
    rule("high_is_not_below_low", "not_less_than", column="high", other="low"),
    rule("sum_is_small", "condition", condition="low + high < 4", dimension="consistency"),
    rule("low_has_no_problem", "without_problem", column="low", problem="word"),
    rule("sum_is_small_where", "condition", condition="low < 2", where="high > 1"),
)
SUITE = Suite(
    name="things",
    entity="things",
    gate="staging",
    source="tool",
    object="things",
    table=("staging", "stg_tool__things"),
    columns={name: name for name in COLUMNS},
    key=("id", "part"),
    rules=RULES,
    is_record=True,
)
number = st.none() | st.integers(-1, 3)
row = st.tuples(
    st.integers(0, 3),
    st.none() | st.sampled_from("xy"),
    st.none() | st.sampled_from(["a", "b", "it's", "B", ""]),
    number,
    number,
    st.none() | st.booleans(),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("things") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema staging; create table staging.stg_tool__things (id integer,"
            " part varchar, word varchar, low integer, high integer, flag boolean)"
        )
    ensure_tables(path)
    return path


def judged(path: Path, rows: list[tuple[Any, ...]], suite: Suite = SUITE) -> dict[str, int]:
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from staging.stg_tool__things; delete from quality.issues")
        connection.executemany(
            "insert into staging.stg_tool__things values (?, ?, ?, ?, ?, ?)", rows
        )
    found = run_suites(path, path, gate="staging", suites=[suite], run_id="r", as_of=AS_OF)
    assert all(each.is_computed for each in found), [each.message for each in found]
    return {each.rule_id: each.failed for each in found}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(row, min_size=1, max_size=12))
def test_every_failing_row_that_is_counted_is_named(
    warehouse: Path, rows: list[tuple[Any, ...]]
) -> None:
    counted = judged(warehouse, rows)
    with duckdb.connect(str(warehouse)) as connection:
        named = connection.execute(
            "select rule_id, count(*) from quality.issues group by rule_id"
        ).fetchall()
        keys = connection.execute(
            "select rule_id, list(record_key) from quality.issues group by rule_id"
        ).fetchall()
    # Rows that share their key are one record, so there may be fewer issues than rows.
    key = {(each[0], each[1]): f"{each[0]}|{each[1] or '(none)'}" for each in rows}
    twice = len(key) < len(rows)
    assert {name for name, _ in named} == {name for name, failed in counted.items() if failed}
    if not twice:
        assert dict(named) == {name: failed for name, failed in counted.items() if failed}
    assert all(set(found) <= set(key.values()) for _, found in keys)


def test_a_hundred_thousand_failing_rows_are_all_named(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from staging.stg_tool__things; delete from quality.issues")
        connection.execute(
            "insert into staging.stg_tool__things select i, 'x', 'B', 1, 1, false"
            " from range(100000) as t(i)"
        )
    run_suites(warehouse, warehouse, gate="staging", suites=[SUITE], run_id="r", as_of=AS_OF)
    with duckdb.connect(str(warehouse)) as connection:
        named = connection.execute(
            "select count(*), count(distinct record_key) from quality.issues"
            " where rule_id = 'word_is_small' and reason = 'malformed'"
        ).fetchone()
    assert named == (100_000, 100_000)


def test_the_reason_of_a_problem_is_what_was_found_wrong_one_a_record(warehouse: Path) -> None:
    judged(warehouse, [(1, "x", "too_short", 2, 3, False), (1, "x", "it_is_late", 2, 3, False)])
    with duckdb.connect(str(warehouse)) as connection:
        reasons = connection.execute(
            "select reason from quality.issues where rule_id = 'low_has_no_problem'"
        ).fetchall()
    assert reasons == [("it is late",)]


def test_a_records_score_is_the_weighted_mean_of_the_dimensions_that_judge_it(
    warehouse: Path,
) -> None:
    judged(warehouse, [(1, "x", "a", 2, 3, False), (2, "x", None, None, None, None)])
    with duckdb.connect(str(warehouse)) as connection:
        scores = dict(
            connection.execute("select record_key, score from quality.record_scores").fetchall()
        )
        mean = connection.execute("select records, score from quality.object_scores").fetchone()
    weight = DIMENSION_WEIGHTS
    # The first breaks the condition, its one rule of consistency, and where high > 1 low < 2 too:
    # of validity it keeps seven of nine. The second has no value that could be judged but its key.
    whole = sum(weight[each] for each in ("completeness", "uniqueness", "consistency", "validity"))
    first = weight["completeness"] + weight["uniqueness"] + weight["validity"] * 7 / 9
    second = weight["uniqueness"] / (weight["completeness"] + weight["uniqueness"])
    assert scores == {
        "1|x": pytest.approx(100 * first / whole, abs=1e-5),
        "2|x": pytest.approx(100 * second, abs=1e-5),
    }
    assert mean == (2, pytest.approx(sum(scores.values()) / 2, abs=1e-5))
