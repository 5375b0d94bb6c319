from datetime import datetime

import duckdb
import pytest

from orchestration import home, publish

AS_OF = datetime(2026, 7, 1, 6)


@pytest.fixture
def marts(settings, monkeypatch):
    """A home with two marts; the report is one page."""
    home.create(settings)
    with duckdb.connect(str(settings.marts)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_spend as select i as day, cast(i * 0.1 as double) as spend,"
            " 'r' as run_id from range(100) days (i)"
        )
        connection.execute("create table marts.dim_channels as select 'email' as channel")
    import reports.build

    def build(_, out, **told):
        out.mkdir(parents=True)
        (out / "index.html").write_text(str(told["run_id"]))

    monkeypatch.setattr(reports.build, "build", build)
    return settings


def _write(settings, statement):
    with duckdb.connect(str(settings.marts)) as connection:
        connection.execute(statement)


def test_a_digest_ignores_the_order_of_rows_and_the_run(marts):
    before = publish.digests(marts.marts)
    _write(
        marts,
        "create or replace table marts.fct_spend as"
        " select spend, 'other' as run_id, day from marts.fct_spend order by day desc",
    )
    assert publish.digests(marts.marts) == before


@pytest.mark.parametrize(
    "change",
    [
        "update marts.fct_spend set spend = spend + 0.01 where day = 5",
        "insert into marts.fct_spend select * from marts.fct_spend where day = 5",
        "insert into marts.fct_spend select * from marts.fct_spend",
        "delete from marts.fct_spend where day = 5",
        "update marts.fct_spend set spend = null where day = 5",
    ],
)
def test_a_digest_sees_every_change_of_a_row(marts, change):
    before = publish.digests(marts.marts)["fct_spend"]
    _write(marts, change)
    assert publish.digests(marts.marts)["fct_spend"] != before


def test_current_points_at_a_whole_version(marts):
    version = publish.publish(marts, "one", AS_OF)
    current = marts.published / "current"
    assert current.resolve() == version
    assert (current / "report" / "index.html").read_text() == "one"
    assert {path.stem for path in (current / "parquet").iterdir()} == {
        "fct_spend",
        "dim_channels",
        "rpt_run_digests",
        "rpt_group_freshness",
    }
    with duckdb.connect(str(version / "engineroom.duckdb"), read_only=True) as connection:
        rows = connection.execute("select mart, row_count from marts.rpt_run_digests").fetchall()
    assert sorted(rows) == [("dim_channels", 1), ("fct_spend", 100)]


def test_a_mart_of_the_users_own_is_published_beside_the_others(marts):
    _write(marts, "create schema custom; create table custom.dim_channels as select 7 as answer")
    version = publish.publish(marts, "one", AS_OF)
    with duckdb.connect(str(version / "engineroom.duckdb"), read_only=True) as connection:
        own = connection.execute("from custom.dim_channels").fetchall()
        digests = connection.execute("select mart, row_count from marts.rpt_run_digests").fetchall()
    assert own == [(7,)]
    assert (
        duckdb.read_parquet(str(version / "parquet/custom/dim_channels.parquet")).fetchall() == own
    )
    assert (version / "parquet" / "dim_channels.parquet").exists()
    assert ("custom.dim_channels", 1) in digests
    assert ("dim_channels", 1) in digests


def test_the_history_of_digests_grows_and_leaves_itself_out(marts):
    publish.publish(marts, "one", AS_OF)
    version = publish.publish(marts, "two", AS_OF)
    with duckdb.connect(str(version / "engineroom.duckdb"), read_only=True) as connection:
        rows = connection.execute("select run_id, mart, digest from marts.rpt_run_digests")
        found = {(run, mart): digest for run, mart, digest in rows.fetchall()}
    assert len(found) == 4
    assert found[("one", "fct_spend")] == found[("two", "fct_spend")]


def test_a_publish_that_failed_leaves_the_old_version_and_can_be_repeated(marts, monkeypatch):
    old = publish.publish(marts, "one", AS_OF)
    with monkeypatch.context() as patch:
        patch.setattr(publish, "_swap", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            publish.publish(marts, "two", AS_OF)
    assert (marts.published / "current").resolve() == old
    (marts.published / "versions" / "three.partial").mkdir()
    assert publish.publish(marts, "two", AS_OF) == (marts.published / "current").resolve()
    assert not list((marts.published / "versions").glob("*.partial"))


def test_three_versions_are_kept(marts):
    for run in ("one", "two", "three", "four"):
        publish.publish(marts, run, AS_OF)
    kept = {path.name for path in (marts.published / "versions").iterdir()}
    assert kept == {"two", "three", "four"}
