"""Held groups keep their last good rows, and every reader is told how old they are."""

from datetime import datetime, timedelta

import duckdb
import pytest

import reports.build
from orchestration import held, home, publish, status
from orchestration.groups import Broken, Group

AS_OF = datetime(2026, 7, 1, 6)
DAY = timedelta(days=1)
BAD = Broken("ad_spend_is_not_negative", ("google_ads", "ad_stats"), "raw", "broken", False)
WAIVED = Broken("ad_spend_is_not_negative", ("google_ads", "ad_stats"), "raw", "broken", True)


def groups(*broken: Broken) -> list[Group]:
    return [
        Group("spend", ("fct_spend", "rpt_spend"), broken),
        Group("web", ("fct_visits",)),
        Group("custom", ("custom.mine",), broken),
    ]


@pytest.fixture
def made(settings, monkeypatch):
    """A home whose marts each hold the number of the run."""
    home.create(settings)
    monkeypatch.setattr(reports.build, "build", lambda _, out, **__: out.mkdir(parents=True))
    with duckdb.connect(str(settings.marts)) as connection:
        connection.execute("create schema marts; create schema custom")
        for table in ("marts.fct_spend", "marts.rpt_spend", "marts.fct_visits", "custom.mine"):
            connection.execute(f"create table {table} (run integer, made_at timestamp)")
            connection.execute(f"comment on table {table} is 'One row per run.'")
    return settings


def run(made, number, *broken):
    """Build the marts of a run, publish them, and return what readers see."""
    with duckdb.connect(str(made.marts)) as connection:
        for table in ("marts.fct_spend", "marts.rpt_spend", "marts.fct_visits", "custom.mine"):
            connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} (run) values ({number})")
    publish.publish(made, f"run-{number}", AS_OF + number * DAY, groups=groups(*broken))
    return seen(made)


def seen(made):
    with served(made) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where table_name not like 'rpt_%'"
        ).fetchall()
        return {
            name: [
                row for (row,) in connection.execute(f"select run from {schema}.{name}").fetchall()
            ]
            for schema, name in tables
        }


def served(made):
    path = (made.published / "current").resolve() / "engineroom.duckdb"
    return duckdb.connect(str(path), read_only=True)


def ages(made):
    with served(made) as connection:
        rows = connection.execute(
            "select mart_group, as_of, is_held_back, held_back_since, broken_rules,"
            f" overridden_rules from marts.{held.FRESHNESS}"
        ).fetchall()
    return {name: tuple(rest) for name, *rest in rows}


def test_a_held_group_keeps_its_last_good_rows_and_the_others_move_on(made):
    assert run(made, 1) == {"fct_spend": [1], "fct_visits": [1], "mine": [1]}
    assert run(made, 2, BAD) == {"fct_spend": [1], "fct_visits": [2], "mine": [1]}
    assert run(made, 3, BAD) == {"fct_spend": [1], "fct_visits": [3], "mine": [1]}
    rule = "ad_spend_is_not_negative"
    since = AS_OF + 2 * DAY
    assert ages(made) == {
        "spend": (AS_OF + DAY, True, since, rule, None),
        "web": (AS_OF + 3 * DAY, False, None, None, None),
        "custom": (AS_OF + DAY, True, since, rule, None),
    }
    assert run(made, 4) == {"fct_spend": [4], "fct_visits": [4], "mine": [4]}
    assert ages(made)["spend"] == (AS_OF + 4 * DAY, False, None, None, None)


def test_a_group_that_was_never_good_is_there_without_a_row(made):
    assert run(made, 1, BAD) == {"fct_spend": [], "fct_visits": [1], "mine": []}
    assert ages(made)["spend"][0] is None
    with served(made) as connection:
        comment = connection.execute(
            "select comment from duckdb_tables() where table_name = 'fct_spend'"
        ).fetchone()
    assert comment == ("One row per run.",)


def test_an_override_publishes_the_group_and_says_so(made):
    run(made, 1)
    assert run(made, 2, WAIVED)["fct_spend"] == [2]
    assert ages(made)["spend"] == (
        *(AS_OF + 2 * DAY, False, None, None),
        "ad_spend_is_not_negative",
    )
    assert any(line.startswith("overridden ") for line in status.report(made)[0])
    assert run(made, 3, WAIVED, BAD)["fct_spend"] == [2]


def test_the_marts_file_stays_what_dbt_built(made):
    run(made, 1)
    run(made, 2, BAD)
    with duckdb.connect(str(made.marts), read_only=True) as connection:
        assert connection.execute("select run from marts.fct_spend").fetchall() == [(2,)]


def test_digests_are_those_of_the_rows_that_are_served(made):
    run(made, 1)
    good = publish.digests((made.published / "current" / "engineroom.duckdb").resolve())
    run(made, 2, BAD)
    path = (made.published / "current" / "engineroom.duckdb").resolve()
    now = publish.digests(path)
    assert {name: now[name] for name in ("fct_spend", "rpt_spend", "custom.mine")} == {
        name: good[name] for name in ("fct_spend", "rpt_spend", "custom.mine")
    }
    assert now["fct_visits"] != good["fct_visits"]
    with served(made) as connection:
        told = connection.execute(
            "select mart, digest, row_count from marts.rpt_run_digests where run_id = 'run-2'"
        ).fetchall()
    assert {name: (digest, rows) for name, digest, rows in told} == now


def test_a_mart_that_changed_its_columns_keeps_what_it_still_has(made):
    run(made, 1)
    with duckdb.connect(str(made.marts)) as connection:
        connection.execute("alter table marts.fct_spend add column currency_code varchar")
        connection.execute("alter table marts.fct_spend drop column made_at")
    run(made, 2, BAD)
    with served(made) as connection:
        assert connection.execute("from marts.fct_spend").fetchall() == [(1, None)]


def test_a_version_of_before_the_groups_says_its_own_age(made):
    run(made, 1)
    path = (made.published / "current" / "engineroom.duckdb").resolve()
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"drop table marts.{held.FRESHNESS}")
    run(made, 2, BAD)
    assert ages(made)["spend"][:2] == (AS_OF + DAY, True)


def test_a_record_that_was_erased_leaves_the_rows_that_are_kept_of_it(made):
    def publish_run(number, rows, *broken):
        with duckdb.connect(str(made.marts)) as connection:
            connection.execute(
                "create or replace table marts.bridge_identity"
                " (source varchar, object varchar, source_record_id varchar, person_id varchar)"
            )
            for each in rows:
                connection.execute(
                    "insert into marts.bridge_identity values ('list', 'members', ?, ?)", each
                )
        group = Group("identity", ("bridge_identity",), broken)
        publish.publish(made, f"run-{number}", AS_OF + number * DAY, groups=[group])

    publish_run(1, [("a:5f4d91c0", "ada"), ("b:77aa", "bob")])
    for number in (2, 3):
        rows = [("erased-91", "ada"), ("b:77aa", "other"), ("c:1234", "cy")]
        publish_run(number, rows, BAD)
        with served(made) as connection:
            kept = connection.execute(
                "select source_record_id, person_id from marts.bridge_identity"
            )
            assert kept.fetchall() == [("b:77aa", "bob")]
    version = (made.published / "current").resolve()
    files = [path for path in version.rglob("*") if path.is_file()]
    assert [path for path in files if b"a:5f4d91c0" in path.read_bytes()] == []


@pytest.mark.parametrize("moment", ["stamp", "keep_digests", "_swap"])
def test_a_publish_that_died_never_mixes_bad_rows_into_a_held_group(made, monkeypatch, moment):
    run(made, 1)
    before = seen(made)
    where = held if moment == "stamp" else publish
    with monkeypatch.context() as patch:
        patch.setattr(where, moment, lambda *_, **__: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            run(made, 2, BAD)
    assert seen(made) == before
    publish.publish(made, "run-2", AS_OF + 2 * DAY, groups=groups(BAD))
    assert seen(made) == {"fct_spend": [1], "fct_visits": [2], "mine": [1]}
    assert ages(made)["spend"][:2] == (AS_OF + DAY, True)


def test_status_says_which_group_is_held_back_since_when_and_why(made):
    run(made, 1)
    run(made, 2, BAD)
    lines, _ = status.report(made)
    assert "held back   group spend as of 2026-07-02 06:00 UTC: ad_spend_is_not_negative" in lines
