"""One vendor down, or three: the others load, what was good stays, and the run says so."""

import json
import re
from datetime import datetime

import duckdb
import pytest
import report_deliveries
import whole_runs

FOR_EVER = ("--times", "1000000")
BROKEN = {
    "hubspot": ("unauthorized", "the credentials were refused (401"),
    "mailchimp": ("truncated_json", "JSON"),
    "linkedin_pages": ("server_error", "it answered 500"),
}


@pytest.fixture
def plant(tmp_path):
    """Start a sandbox in a home and plant faults; it is stopped at the end."""
    homes = []

    def plant(home, **vendors):
        started = whole_runs.command(home, "sandbox", "start")
        assert started.returncode == 0, started.stderr
        homes.append(home)
        for vendor, (fault, _) in vendors.items():
            told = whole_runs.command(
                home, "sandbox", "fault", fault, "--vendor", vendor, *FOR_EVER
            )
            assert told.returncode == 0, told.stderr

    yield plant
    for home in homes:
        assert whole_runs.command(home, "sandbox", "stop").returncode == 0


def _published(home, query):
    path = (home / "published" / "current" / "engineroom.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _incidents(home):
    text = (home / "alerts" / "messages.jsonl").read_text()
    return sorted(json.loads(line)["incident"] for line in text.splitlines())


@pytest.mark.slow
def test_three_vendors_down_on_a_fresh_home_leave_the_others_published(plant, tmp_path):
    home = tmp_path / "home"
    plant(home, **BROKEN)
    done = whole_runs.command(home, "run")
    assert done.returncode == 1
    for vendor, (_, told) in BROKEN.items():
        lines = [line for line in done.stdout.splitlines() if line.startswith(f"RED     {vendor} ")]
        assert len(lines) == 1, done.stdout
        assert told in lines[0]
        assert "run again" in lines[0]
    assert "Published in " in done.stdout
    assert _incidents(home) == sorted(f"source:{vendor}" for vendor in BROKEN)
    fresh = dict(_published(home, "select source, is_fresh from marts.rpt_source_freshness"))
    assert {source for source, is_fresh in fresh.items() if not is_fresh} == set(BROKEN)
    assert _published(home, "select count(*) > 0 from marts.fct_ad_performance") == [(True,)]

    status = whole_runs.command(home, "status")
    assert status.returncode == 1
    assert (
        "source      hubspot          last good load never; the last load failed" in status.stdout
    )


@pytest.mark.slow
def test_a_vendor_down_serves_its_last_good_rows_and_says_how_old_they_are(
    published_home, plant, tmp_path
):
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    before = _published(home, "select count(*) from marts.fct_opportunities")
    assert whole_runs.command(home, "sandbox", "clock", "+1d").returncode == 0
    plant(home, hubspot=("server_error", ""))
    done = whole_runs.command(home, "run")
    assert done.returncode == 1
    assert "RED     hubspot (load_succeeded): " in done.stdout
    assert "Published in " in done.stdout
    assert _published(home, "select count(*) from marts.fct_opportunities") == before
    ages = "select source, is_fresh, age_hours from marts.rpt_source_freshness order by source"
    assert [each for each in _published(home, ages) if not each[1]] == [("hubspot", False, 24.0)]
    assert _incidents(home) == ["source:hubspot"]

    told = report_deliveries.of_home(home, datetime(2026, 7, 2, 20))
    headlines = told["executive_headlines", datetime(2026, 7, 2, 13)]
    assert headlines[:3] == ("stale", "source_failed", "hubspot")
    assert re.fullmatch(r"marts\.rpt_headlines < .* < hubspot\.\w+ < load_hubspot", headlines[3])
    # Its data may be 36 hours old.
    assert told["email_engagement", datetime(2026, 7, 2, 15)] == ("on_time", None, None, None)
