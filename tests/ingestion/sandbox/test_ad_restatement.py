"""Ad platforms as time goes by: what is shown anew is what stands, and nothing else moves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import orjson
import pytest
from live_sandbox import Live, serving

from ingestion.config import sandbox_config
from ingestion.pipeline import load
from ingestion.sandbox.wire import linkedin_ads, meta_ads
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow

EARLIER, LATER = datetime(2026, 6, 3, 6, tzinfo=UTC), datetime(2026, 6, 20, 6, tzinfo=UTC)
Facts = dict[tuple[str, ...], tuple[Any, ...]]


class Platform(NamedTuple):
    """Where a platform's days stand raw, and which columns are their key."""

    days: str
    columns: str


PLATFORMS = {
    "meta_ads": Platform(
        "select level, campaign_id, adset_id, ad_id, date_start::varchar, impressions, spend"
        " from raw_meta_ads.insights",
        "level campaign_id adset_id ad_id date_start",
    ),
    "linkedin_ads": Platform(
        "select pivot_name, entity_id, reported_on::varchar, impressions, cost_in_local_currency,"
        " external_website_conversions from raw_linkedin_ads.analytics",
        "pivot_name entity_id reported_on",
    ),
}


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with serving(seed=38, scale=0.02) as company:
        yield company


def _at(live: Live, source: str, home: Path, as_of: datetime) -> None:
    live.control("POST", "clock", {"as_of": as_of.isoformat()})
    settings = {"first_day": "2026-03-01"}
    load(
        source,
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config=sandbox_config(SOURCES[source], settings, live.base),
        as_of=as_of,
        run_id=f"run-{as_of:%m%d}",
    )


def _meta_shown(live: Live) -> Facts:
    """Every row that Meta shows at the clock, from the ledger itself."""
    found: Facts = {}
    for day in live.world.state.rows("meta_ads", "days", meta_ads.ACCOUNT):
        for level, rows in orjson.loads(day.body).items():
            for row in rows:
                ids = (row.get(name, "") for name in ("campaign_id", "adset_id", "ad_id"))
                found[level, *ids, row["date_start"]] = (int(row["impressions"]), row["spend"])
    return found


def _linkedin_shown(live: Live) -> Facts:
    """Every row that LinkedIn shows at the clock, from the ledger itself."""
    found: Facts = {}
    for day in live.world.state.rows("linkedin_ads", "days", linkedin_ads.ACCOUNT):
        for pivot, rows in orjson.loads(day.body).items():
            for row in rows:
                id_ = row["pivotValues"][0].rsplit(":", 1)[1]
                counted = (row["impressions"], row["costInLocalCurrency"])
                found[pivot, id_, day.key] = (*counted, row["externalWebsiteConversions"])
    return found


SHOWN = {"meta_ads": _meta_shown, "linkedin_ads": _linkedin_shown}


class Loaded(NamedTuple):
    """What a platform showed at both instants, and the warehouse after the second load."""

    before: Facts
    after: Facts
    home: Path

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module", params=PLATFORMS)
def loaded(
    request: pytest.FixtureRequest, live: Live, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Platform, Loaded]:
    source, home = request.param, tmp_path_factory.mktemp("restated")
    shown = []
    for as_of in (EARLIER, LATER):
        _at(live, source, home, as_of)
        shown.append(
            {key: held for key, held in SHOWN[source](live).items() if key[-1] >= "2026-03-01"}
        )
    return PLATFORMS[source], Loaded(*shown, home)


def _held(loaded: Loaded, platform: Platform, where: str) -> Facts:
    width = len(platform.columns.split())
    return {
        row[:width]: row[width:]
        for row in loaded.ask(f"{platform.days} where {where} and not coalesce(is_deleted, false)")
    }


def test_what_stands_is_what_the_platform_shows_today(loaded: tuple[Platform, Loaded]) -> None:
    platform, found = loaded
    assert _held(found, platform, "_dlt_valid_to is null") == found.after


def test_what_stood_at_the_first_load_can_still_be_asked_for(
    loaded: tuple[Platform, Loaded],
) -> None:
    platform, found = loaded
    then = f"timestamp '{EARLIER:%Y-%m-%d %H:%M:%S}'"
    as_of = f"_dlt_valid_from <= {then} and (_dlt_valid_to is null or _dlt_valid_to > {then})"
    assert _held(found, platform, as_of) == found.before


def test_only_what_was_restated_got_a_new_version(loaded: tuple[Platform, Loaded]) -> None:
    platform, found = loaded
    moved = {
        key
        for key in found.before.keys() | found.after.keys()
        if found.before.get(key) != found.after.get(key)
    }
    dropped = found.before.keys() - found.after.keys()
    restated = moved & found.before.keys() & found.after.keys()
    width = len(platform.columns.split())
    anew = {
        row[:width]
        for row in found.ask(f"{platform.days} where _dlt_valid_from > '{EARLIER:%Y-%m-%d %H:%M}'")
    }

    assert anew == moved - dropped
    # The company planted all three: days restated, rows dropped, days that are new.
    assert restated
    assert dropped


def test_a_dropped_row_is_closed_on_the_day_it_went(loaded: tuple[Platform, Loaded]) -> None:
    platform, found = loaded
    width = len(platform.columns.split())
    stands = {row[:width] for row in found.ask(f"{platform.days} where _dlt_valid_to is null")}
    closed = {
        row[:width]
        for row in found.ask(f"{platform.days} where _dlt_valid_to = '{LATER:%Y-%m-%d %H:%M:%S}'")
    }
    gone = found.before.keys() - found.after.keys()
    assert gone <= closed
    assert not gone & stands
