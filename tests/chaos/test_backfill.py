"""A backfill by date range re-reads those days and no others, and leaves the cursor alone."""

import duckdb
import pytest
import whole_runs
from loads import Loads

from orchestration import transform

pytestmark = pytest.mark.slow
LOST = "segments__date between date '2026-03-01' and date '2026-03-31'"


def _days(loads, condition):
    with duckdb.connect(str(loads.settings.warehouse), read_only=True) as connection:
        return connection.execute(
            "select segments__date, count(*), sum(metrics__cost_micros)"
            f" from raw_google_ads.campaign_stats where _dlt_valid_to is null and {condition}"
            " group by 1 order by 1"
        ).fetchall()


def test_a_backfill_brings_lost_days_back_and_touches_no_other(
    published_home, tmp_path, monkeypatch
):
    loads = Loads(whole_runs.copy_home(published_home, tmp_path / "home"))
    monkeypatch.setattr(transform, "manifest", lambda *_: loads.parsed)
    march, others = _days(loads, LOST), _days(loads, f"not ({LOST})")
    assert len(march) == 31
    with duckdb.connect(str(loads.settings.warehouse)) as connection:
        connection.execute(f"delete from raw_google_ads.campaign_stats where {LOST}")
        connection.execute(
            "delete from raw_google_ads.campaign_stats where segments__date = date '2026-02-10'"
        )
    found, told = loads.load("google_ads", window_from="2026-03-01", window_to="2026-03-31")
    assert found, told
    assert _days(loads, LOST) == march
    rest = [day for day in others if str(day[0]) != "2026-02-10"]
    assert _days(loads, f"not ({LOST})") == rest


def test_a_backfill_whose_days_are_no_range_starts_nothing(published_home, tmp_path):
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    done = whole_runs.command(home, "run", "--from", "2026-03-31", "--to", "2026-03-01")
    assert done.returncode == 2
    assert (
        "the backfill starts on 2026-03-31, after its end 2026-03-01; swap the two" in done.stderr
    )
    assert len(list((home / "published" / "versions").iterdir())) == 1
