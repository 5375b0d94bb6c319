"""A load killed at any moment is read again by the next one: same rows as if undisturbed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

# Importing dlt costs more than a load of ten rows: one process does it, and forks for every load.
# A load dies at a named moment, by a signal that nothing can catch.
LOADER = """
import json, os, signal, sys, traceback
from datetime import UTC, datetime
from pathlib import Path
import dlt, duckdb
from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob
from dlt.load.load import Load
from ingestion import delivery, pipeline
from ingestion.contract import Column, Page, Source, Table, columns

PEOPLE = Table("people", "versioned", ("id",), (*columns("id name"), Column("at", "timestamp")),
               order="at")
CLICKS = Table("clicks", "events", ("id",), columns("id"))

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(times, real):
    calls = []
    def done(self, *args, **named):
        found = real(self, *args, **named)
        calls.append(1)
        if len(calls) == times:
            die()
        return found
    return done

def load(home, moment, day):
    def extract(ctx):
        since = int(ctx.cursor("n", "0"))
        yield Page("people", [{"id": str(n), "name": f"day {day}",
                               "at": f"2026-01-0{day}T00:00:00Z"} for n in range(10)])
        yield Page("clicks", [{"id": f"c{n}"} for n in range(since, 10 * day)])
        ctx.advance("n", str(10 * day))
        if moment == "extracting":
            die()

    what, _, times = moment.partition(" ")
    if what == "extracted":
        dlt.Pipeline.normalize = die
    if what == "normalised":
        dlt.Pipeline.load = die
    if what == "loading":
        Load.complete_jobs = after(int(times), Load.complete_jobs)
    if what == "copied":
        # The rows are in the staging table, and nothing but the warehouse knows it.
        DuckDbCopyJob.run = after(int(times), DuckDbCopyJob.run)
    if what == "loaded":
        pipeline.verify = die
    pipeline.load(
        Source("toy", "crm", "Toy", (PEOPLE, CLICKS), extract), warehouse=home / "w.duckdb",
        work=home / "work", pipelines=home / "dlt", config={},
        as_of=datetime(2026, 3, day, tzinfo=UTC), run_id=f"run-{day}",
    )

for line in sys.stdin:
    home, moment, day = json.loads(line)
    if not (child := os.fork()):
        code = 1
        try:
            os.dup2(2, 1)
            load(Path(home), moment, day)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
MOMENTS = ["extracting", "extracted", "normalised", "copied 1", "copied 2"]
MOMENTS += ["loading 1", "loading 2", "loaded"]


Run = Callable[[Path, str, int], int]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Load of a day, in a home, up to a moment; returns how it ended."""
    quiet = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", LOADER], env=quiet, text=True, **pipes) as loader:
        assert loader.stdin is not None
        assert loader.stdout is not None
        asked, told = loader.stdin, loader.stdout

        def loaded(home: Path, moment: str, day: int) -> int:
            print(json.dumps([str(home), moment, day]), file=asked, flush=True)
            code = int(told.readline())
            assert code in (0, -signal.SIGKILL), "see what it wrote to the standard error"
            return code

        yield loaded
        asked.close()


def digest(home: Path) -> list[tuple]:
    with duckdb.connect(str(home / "w.duckdb")) as connection:
        people = connection.execute(
            "select id, name, _dlt_valid_from, _dlt_valid_to from raw_toy.people order by all"
        ).fetchall()
        clicks = connection.execute("select id from raw_toy.clicks order by all").fetchall()
        audit = connection.execute(
            "select run_id, table_name from ingest.load_audit order by all"
        ).fetchall()
    return people + clicks + audit


@pytest.fixture(scope="module")
def first_day(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("first")
    assert run(home, "never", 1) == 0
    return home


@pytest.fixture(scope="module")
def undisturbed(run: Run, first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    home = tmp_path_factory.mktemp("second") / "home"
    shutil.copytree(first_day, home)
    assert run(home, "never", 2) == 0
    return digest(home)


@pytest.mark.slow
@pytest.mark.parametrize("wiped", [False, True], ids=["folder kept", "folder wiped"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_load_ends_like_an_undisturbed_one(
    run: Run, first_day: Path, undisturbed: list[tuple], tmp_path: Path, moment: str, wiped: bool
) -> None:
    home = tmp_path / "home"
    shutil.copytree(first_day, home)
    assert run(home, moment, 2) == -signal.SIGKILL
    if wiped:
        shutil.rmtree(home / "dlt")
    assert run(home, "never", 2) == 0
    assert digest(home) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("wiped", [False, True], ids=["folder kept", "folder wiped"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_load_that_was_killed_ends_like_an_undisturbed_one(
    run: Run, first_day: Path, tmp_path: Path, moment: str, wiped: bool
) -> None:
    assert run(tmp_path, moment, 1) == -signal.SIGKILL
    if wiped:
        shutil.rmtree(tmp_path / "dlt")
    assert run(tmp_path, "never", 1) == 0
    assert digest(tmp_path) == digest(first_day)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["normalised", "loading 1", "loading 3", "loading 4"])
def test_what_lands_after_a_kill_is_new_to_those_who_read_in_between(
    run: Run, first_day: Path, tmp_path: Path, moment: str
) -> None:
    """Models remember the loads that they have read, and when: nothing may slip in behind them."""
    home = tmp_path / "home"
    shutil.copytree(first_day, home)
    assert run(home, moment, 2) == -signal.SIGKILL
    before, ended = landed(home), closed(home)
    assert run(home, "never", 3) == 0
    after = landed(home)

    seen = {load for _, load in before}
    assert {load for _, load in after - before}.isdisjoint(seen)
    assert {day for _, day in closed(home) - ended} <= {3}


def closed(home: Path) -> set[tuple[str, int]]:
    """Return the ended versions, each with the day that ended it."""
    with duckdb.connect(str(home / "w.duckdb")) as connection:
        return set(
            connection.execute(
                "select id || name, day(_dlt_valid_to) from raw_toy.people"
                " where _dlt_valid_to is not null"
            ).fetchall()
        )


def landed(home: Path) -> set[tuple[str, str]]:
    """Return the rows of both tables, each with the load that brought it."""
    with duckdb.connect(str(home / "w.duckdb")) as connection:
        return set(
            connection.execute(
                "select id || name || _dlt_valid_from, _dlt_load_id from raw_toy.people"
                " union all select id, _dlt_load_id from raw_toy.clicks"
            ).fetchall()
        )
