"""One dbt stands ready for a run and is forked for each gate; it dies with the run."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import whole_runs

from orchestration import dbt_process

PATIENCE_SECONDS = 60
# Long past the patience of any test.
ENDLESS = "select sum(sin(a.range * b.range)) as n from range(10000000) as a, range(10000000) as b"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: toy\nprofile: toy\nmodel-paths: [models]\nmodels: {+materialized: table}\n"
    )
    (folder / "profiles.yml").write_text(
        "toy:\n  target: home\n  outputs:\n    home:\n      type: duckdb\n"
        f"      path: {tmp_path}/toy.duckdb\n"
    )
    told = "select '{{ env_var('TOLD', 'nothing') if execute }}' as told"
    for name, sql in {"told": told, "broken": "select nonsense", "endless": ENDLESS}.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    return folder


def _parse(project: Path) -> list[str]:
    return ["--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project)]


def _command(project: Path, model: str) -> list[str]:
    program = str(dbt_process.executable(project.parent / "bin"))
    return [program, "run", "--select", model, "--profiles-dir", str(project)]


def _run(project: Path, model: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(project, model),
        cwd=project,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def ready(project: Path) -> Iterator[None]:
    with dbt_process.ready(_parse(project), os.environ):
        yield


def _told(project: Path) -> str:
    with duckdb.connect(str(project.parent / "toy.duckdb"), read_only=True) as connection:
        (row,) = connection.execute("select told from told").fetchall()
    return row[0]


def test_it_builds_in_the_environment_of_who_asks_and_leaves_the_file_at_once(project, ready):
    for word in ("first", "second"):
        done = _run(project, "told", TOLD=word)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Completed successfully" in done.stdout
        assert _told(project) == word


def test_it_has_parsed_before_it_is_asked(project, ready):
    assert _run(project, "told", TOLD="parsed").returncode == 0
    (project / "models" / "told.sql").write_text("this was never read")
    assert _run(project, "told", TOLD="again").returncode == 0
    assert _told(project) == "again"


def test_tests_that_are_run_together_are_seen_by_macros_and_not_run_one_by_one(project):
    seen = "graph.nodes.values() | selectattr('resource_type', 'equalto', 'test') | list | length"
    (project / "models" / "told.sql").write_text(f"select '{{{{ {seen} if execute }}}}' as told")
    (project / "models" / "told.yml").write_text(
        "models: [{name: told, columns: [{name: told, data_tests: [not_null, unique]}]}]"
    )
    environment = {**os.environ, dbt_process.MERGED: "not_null"}
    with dbt_process.ready(_parse(project), environment):
        program = str(dbt_process.executable(project.parent / "bin"))
        done = subprocess.run(
            [program, "build", "--select", "told", "--profiles-dir", str(project)],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert "unique_told_told" in done.stdout
    assert "not_null_told_told" not in done.stdout
    assert _told(project) == "2"


def test_a_model_that_fails_fails_whoever_asked_with_dbts_own_words(project, ready):
    done = _run(project, "broken")
    assert done.returncode == 1
    assert "nonsense" in done.stdout


def test_words_that_dbt_does_not_know_are_refused_as_dbt_does(project, ready):
    done = _run(project, "told", TOLD="x")
    assert done.returncode == 0
    program = str(dbt_process.executable(project.parent / "bin"))
    refused = subprocess.run([program, "nonsense"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "No such command 'nonsense'" in refused.stdout + refused.stderr


def test_without_one_that_stands_ready_dbt_starts_by_itself(project):
    assert dbt_process.READY not in os.environ
    assert _run(project, "told", TOLD="alone").returncode == 0
    assert _told(project) == "alone"
    gone = str(project.parent / "gone")
    assert _run(project, "told", TOLD="gone", **{dbt_process.READY: gone}).returncode == 0
    assert _told(project) == "gone"


def test_a_project_that_does_not_parse_is_told_by_the_gate(project):
    (project / "models" / "told.sql").write_text("{{ nonsense( }}")
    with dbt_process.ready(_parse(project), os.environ):
        done = _run(project, "told")
    assert done.returncode != 0
    assert "told" in done.stdout


OWNER = """
import os, subprocess, sys
from orchestration import dbt_process
arguments, command = sys.argv[1].split("|"), sys.argv[2].split("|")
with dbt_process.ready(arguments, os.environ):
    asked = subprocess.Popen(command, cwd=sys.argv[3])
    print("asked", asked.pid, flush=True)
    asked.wait()
    os.close(1)
    sys.stdin.read()  # the run goes on
"""


@pytest.mark.parametrize("victim", ["the run", "the program that asked"])
def test_nothing_is_left_of_it_when_a_run_is_killed(project, victim):
    arguments, command = "|".join(_parse(project)), "|".join(_command(project, "endless"))
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, arguments, command, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert owner.stdout
        asked = int(owner.stdout.readline().removeprefix("asked "))
        assert any("START sql table model" in line for line in owner.stdout)
        if victim == "the run":
            owner.kill()
        else:
            os.kill(asked, signal.SIGINT)
        # The output ends with the last process that can write to it, the fork among them.
        ending = threading.Thread(target=owner.stdout.read, daemon=True)
        ending.start()
        ending.join(PATIENCE_SECONDS)
        assert not ending.is_alive(), "the fork goes on"
        owner.communicate(timeout=PATIENCE_SECONDS)
    finally:
        owner.kill()
        owner.wait()
    assert whole_runs.processes_of(project) == []
    duckdb.connect(str(project.parent / "toy.duckdb")).close()
