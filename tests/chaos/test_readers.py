"""Readers of published/current while versions are swapped under them."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import whole_runs

from orchestration import publish
from orchestration.settings import PROJECT

pytestmark = pytest.mark.slow
FIRST = datetime(2026, 8, 1)
READER = Path(__file__).with_name("reader.py")
# Two marts that change together: a reader that mixed two versions would see one of them only.
NEXT_VERSION = (
    "update marts.fct_ad_performance set spend_amount = spend_amount + 1",
    "delete from marts.dim_persons"
    " where person_id = (select min(person_id) from marts.dim_persons)",
)


def _reader(kind, file):
    process = subprocess.Popen(
        [sys.executable, str(READER), kind, str(file)],
        cwd=PROJECT,
        env=whole_runs.environment(file.parent, PYTHONPATH=str(PROJECT)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def _told(process):
    output, _ = process.communicate()
    return json.loads(output)


@pytest.mark.parametrize("kind", ["poll", "pool"])
def test_a_reader_sees_whole_versions_only_while_three_are_published(
    published_home, tmp_path, kind
):
    settings = whole_runs.settings_of(whole_runs.copy_home(published_home, tmp_path / "home"))
    publish.publish(settings, "version-0", FIRST)
    reader = _reader(kind, settings.published / "current" / "engineroom.duckdb")

    for number in (1, 2, 3):
        with duckdb.connect(str(settings.marts)) as writer:
            for statement in NEXT_VERSION:
                writer.execute(statement)
        publish.publish(settings, f"version-{number}", FIRST + timedelta(days=number))

    told = _told(reader)
    assert told["wrong"] == []
    assert told["reads"] > 3
    assert told["runs"][0] == "version-0"
    assert told["runs"][-1] == "version-3"
    # A pool that stays open keeps the version it opened; only a new one sees what is new.
    assert kind == "poll" or told["runs"] == ["version-0", "version-3"]
