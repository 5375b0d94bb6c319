"""The benchmark of loads runs, and both sides store the same rows: else a ratio means nothing."""

import json
from pathlib import Path

import pytest

from benchmarks.ingestion.__main__ import address, main
from benchmarks.ingestion.child import ours
from benchmarks.ingestion.loops import by_hand
from benchmarks.ingestion.resources import NAMED, Resource


@pytest.mark.parametrize("asked", NAMED.values(), ids=list(NAMED))
def test_a_load_and_the_loop_beside_it_store_as_many_rows(asked: Resource, tmp_path: Path) -> None:
    with address(asked, 0, 60, tmp_path) as where:
        theirs = tmp_path / "by_hand"
        theirs.mkdir()
        stored = by_hand(asked.table, asked.loop(where, asked.table), theirs)
        assert ours(asked, where, tmp_path / "ours") == stored == 60


def test_a_tiny_slice_is_measured_and_reported(tmp_path: Path) -> None:
    main(["--only", "web_events", "--rows", "100", "--runs", "1", "--results", str(tmp_path)])
    found = json.loads((tmp_path / "ingestion.json").read_text("utf-8"))
    assert [each["rows"] for each in found["cpu"] + found["memory"]] == [100, 100]
    assert found["daily"][0]["new_rows"] == 1
    assert "| web_events | 100 |" in (tmp_path / "ingestion.md").read_text("utf-8")
