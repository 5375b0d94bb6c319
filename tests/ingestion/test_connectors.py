"""Every connector against the sandbox company: all rows accounted for, day by day as at once."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.audit import LoadReport
from ingestion.config import read_sandbox, sandbox_config
from ingestion.pipeline import load
from ingestion.sources import SOURCES

PROJECT = Path(__file__).parents[2]
FIRST = datetime(2026, 5, 25, 6, tzinfo=UTC)
# The days after the first on which everything is loaded again: a pause in which things come late.
DAYS = (0, 21)
AGAIN = -1
SYSTEMS = [name for name in SOURCES if name != "file_drops"]

pytestmark = pytest.mark.slow


@dataclass
class Company:
    """A running sandbox whose clock the tests move."""

    home: Path

    def move(self, as_of: datetime) -> None:
        told = read_sandbox(self.home)
        assert told is not None
        request = urllib.request.Request(
            f"{told['base_url']}/__sandbox__/clock",
            data=json.dumps({"as_of": as_of.isoformat()}).encode(),
            headers={"X-Sandbox-Control": told["control_token"]},
        )
        urllib.request.urlopen(request).read()

    def load(self, name: str, home: Path, as_of: datetime) -> LoadReport:
        told = read_sandbox(self.home)
        assert told is not None
        config = sandbox_config(SOURCES[name], {}, told["base_url"])
        return load(
            name,
            warehouse=home / "warehouse.duckdb",
            work=home / "work",
            pipelines=home / "dlt",
            config={"inbox": str(self.home / "inbox"), **config},
            as_of=as_of,
            run_id=f"{as_of:%Y%m%d}",
        )


# What a vendor forgets: Google changes after 30 days and clicks after 90, Mailchimp days after 180,
# Klaviyo sums after a year, Facebook days after two; HubSpot what hung on a record that is gone.
SHORT_LIVED = ("click_views", "change_events", "list_activity")
SHORT_LIVED += ("campaign_values", "page_insights", "associations")
# Breakdowns, of which only the last weeks are asked for, and their day: those are held as once.
ROLLING = {
    "demographic_days": "reported_on",
    **dict.fromkeys(
        (f"insights_by_{what}" for what in ("age_gender", "country", "placement", "device")),
        "date_start",
    ),
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("sandbox")
    command = [sys.executable, "-m", "ingestion.sandbox", "serve", "--home", str(home)]
    command += ["--seed", "3", "--scale", "0.02", "--as-of", FIRST.isoformat(), "--until-eof"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=PROJECT, **pipes) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(b"ready at"), "the sandbox did not start"
        yield Company(home)
        server.terminate()


@pytest.fixture(scope="module")
def reports(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[tuple[str, int], LoadReport], Path, Path]:
    """Load day by day in one home, and in another once, as of the last day."""
    daily, once = (tmp_path_factory.mktemp(name) for name in ("daily", "once"))
    found = {}
    for day in DAYS:
        as_of = FIRST + timedelta(days=day)
        company.move(as_of)
        for name in SYSTEMS:
            found[name, day] = company.load(name, daily, as_of)
    for name in SYSTEMS:
        found[name, AGAIN] = company.load(name, daily, as_of)
        company.load(name, once, as_of)
    return found, daily, once


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_row_is_accounted_for_and_none_is_refused(reports, name: str) -> None:
    found, _, _ = reports
    for day in (*DAYS, AGAIN):
        for table, counts in found[name, day].tables.items():
            assert counts.adds_up, table
            assert counts.quarantined == 0, table
    assert sum(counts.loaded for counts in found[name, 0].tables.values()) > 0


@pytest.mark.parametrize("name", SYSTEMS)
def test_nothing_drifts(reports, name: str) -> None:
    found, _, _ = reports
    drift = {key for key in found[name, 0].drift if key[2] in {"undeclared", "vanished"}}
    assert drift == set()


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_load_without_news_loads_nothing(reports, name: str) -> None:
    found, _, _ = reports
    assert {counts.loaded for counts in found[name, AGAIN].tables.values()} == {0}


@pytest.mark.parametrize("name", SYSTEMS)
def test_day_by_day_holds_what_one_load_holds(reports, name: str) -> None:
    _, daily, once = reports
    for table in SOURCES[name].tables:
        if any(column.name == "observed_on" for column in table.columns):
            continue  # one snapshot of the lifetime counters for each day that was loaded
        if table.name in {"quotas", "report_days"}:
            continue  # what is said of each answer, of the days asked for together
        # A volatile value opens no version, so a row keeps the one it was loaded with.
        names = ", ".join(f'"{each.name}"' for each in table.columns if not each.volatile)
        where = "where _dlt_valid_to is null and not is_deleted" if table.mode != "events" else ""
        held, day = [], ROLLING.get(table.name)
        if day:
            with duckdb.connect(str(once / "warehouse.duckdb")) as connection:
                query = f"select min({day}) from raw_{name}.{table.name}"
                where += f" and {day} >= '{connection.execute(query).fetchall()[0][0]}'"
        for home in (daily, once):
            with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
                query = f"select {names} from raw_{name}.{table.name} {where} order by all"
                held.append(connection.execute(query).fetchall())
        if name in ("linkedin_pages", "instagram", "youtube") or table.name in SHORT_LIVED:
            # The vendor shows the last months or days only, or drops the days of what was deleted;
            # what was loaded earlier stays.
            assert set(held[1]) <= set(held[0]), table.name
        else:
            assert held[0] == held[1], table.name
