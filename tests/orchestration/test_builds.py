"""What makes a build another build: the project's files, the tools, and the rules as loaded."""

import os
from datetime import datetime

import duckdb
import pytest

from orchestration import builds, rules, transform
from orchestration.house import House


@pytest.fixture
def models(settings):
    """A dbt project of two models, and a home that has been made."""
    folder = settings.transform / "models"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.sql").write_text(f"select 1 as {name}")
    for name in ("dbt_project.yml", "profiles.yml"):
        (settings.transform / name).write_text("name: engineroom")
    settings.manifest.parent.mkdir(parents=True)
    return folder


@pytest.fixture
def parses(settings, monkeypatch):
    """Count the parses instead of starting dbt."""
    done = []

    def parse(told):
        done.append(told)
        told.manifest.write_text("{}")

    monkeypatch.setattr(transform, "parse", parse)
    return done


def test_the_project_is_parsed_again_when_a_model_changes_comes_or_goes(settings, models, parses):
    transform.manifest(settings)
    transform.manifest(settings)
    assert len(parses) == 1
    (models / "b.sql").unlink()
    transform.manifest(settings)
    assert len(parses) == 2
    (models / "a.sql").write_text("select 2 as a")
    # A home copied or restored later than the models were written holds what it held.
    os.utime(settings.manifest)
    transform.manifest(settings)
    assert len(parses) == 3


@pytest.fixture
def home(settings, models, stage_rules):
    rules.load(stage_rules, settings.warehouse)
    return House(settings, "sandbox", datetime(2026, 7, 1), "run")


def test_rules_saved_after_they_were_loaded_wait_for_the_next_run(home, stage_rules):
    before = builds.fingerprint(home)
    assert builds.is_rebuilt(home, "marts", before)
    saved = next(path for path in stage_rules.glob("*.yml") if "lead" in path.read_text())
    saved.write_text(saved.read_text().replace("lead", "won", 1))
    assert builds.fingerprint(home) == before
    builds.ended_well(home, "marts", before)

    rules.load(stage_rules, home.settings.warehouse)
    after = builds.fingerprint(home)
    assert after != before
    assert builds.is_rebuilt(home, "marts", after)


def test_a_function_that_models_call_is_part_of_what_they_were_built_with(
    home, tmp_path, monkeypatch
):
    assert all(path.is_file() for path in builds.FUNCTIONS)
    file = tmp_path / "credit.py"
    file.write_text("half = 0.5")
    monkeypatch.setattr(builds, "FUNCTIONS", (file,))
    before = builds.fingerprint(home)
    assert builds.fingerprint(home) == before
    file.write_text("half = 0.4")
    assert builds.fingerprint(home) != before


def test_a_rebuild_that_did_not_end_well_is_a_rebuild_next_time_too(home, models):
    before = builds.fingerprint(home)
    builds.is_rebuilt(home, "marts", before)
    builds.ended_well(home, "marts", before)
    assert not builds.is_rebuilt(home, "marts", before)
    written = (models / "a.sql").read_text()
    (models / "a.sql").write_text("select 2 as a")
    assert builds.is_rebuilt(home, "marts", builds.fingerprint(home))
    # Killed, and the change taken back: half of the tables are still of the other project.
    (models / "a.sql").write_text(written)
    assert builds.is_rebuilt(home, "marts", builds.fingerprint(home))
    with duckdb.connect(str(home.settings.warehouse)) as connection:
        assert connection.execute("select count(*) from changes.gates").fetchone() == (0,)
