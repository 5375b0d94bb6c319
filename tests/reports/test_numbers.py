"""The numbers on the pages, recomputed from the fact tables by SQL that knows no report mart."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.shown import headline

pytestmark = pytest.mark.slow
# The run of the fixture is as of 2026-07-01 06:00 UTC, which is 1 July in New York.
LAST_90_DAYS = "between date '2026-04-02' and date '2026-06-30'"
IN_NEW_YORK = "cast(timezone('America/New_York', timezone('UTC', {instant})) as date)"


def day(instant: str) -> str:
    return IN_NEW_YORK.format(instant=instant)


SPEND = f"""
    select sum(spend_amount_reporting) from marts.fct_ad_performance
    where reported_on {LAST_90_DAYS}
"""
WON = f"""
    select sum(value_amount_reporting) from marts.fct_conversions
    where stage = 'won' and {day("converted_at")} {LAST_90_DAYS}
"""
LEADS = f"""
    select count(*) from marts.fct_conversions
    where stage = 'lead' and {day("converted_at")} {LAST_90_DAYS}
"""
PAID = f"""
    select sum(credits.value_amount_reporting)
    from marts.fct_attribution_credits as credits
    inner join marts.dim_channels as channels on credits.channel = channels.channel
    where credits.stage = 'won' and credits.attribution_model = 'linear' and channels.is_paid
        and {day("credits.converted_at")} {LAST_90_DAYS}
"""
CLAIMED = f"""
    select sum(platform_conversion_value * fx_rate) / sum(spend_amount_reporting)
    from marts.fct_ad_performance where reported_on {LAST_90_DAYS} and platform = '%s'
"""
CLOSED = f"""
    select cast(count(*) filter (is_won) as double) / count(*) from marts.fct_opportunities
    where (is_won or is_lost) and not is_reversal and {day("closed_at")} {LAST_90_DAYS}
"""
OPEN = "select sum(value_amount_reporting) from marts.fct_opportunities where is_open"

HEADLINES = {
    "Ad spend": ("money", lambda ask: ask(SPEND)),
    "Won value": ("money", lambda ask: ask(WON)),
    "Open pipeline now": ("money", lambda ask: ask(OPEN)),
    "Blended ROAS": ("ratio", lambda ask: ask(WON) / ask(SPEND)),
    "Modelled ROAS, linear model": ("ratio", lambda ask: ask(PAID) / ask(SPEND)),
    "ROAS claimed by Google Ads": ("ratio", lambda ask: ask(CLAIMED % "google_ads")),
    "ROAS claimed by LinkedIn Ads": ("ratio", lambda ask: ask(CLAIMED % "linkedin_ads")),
    "ROAS claimed by Meta Ads": ("ratio", lambda ask: ask(CLAIMED % "meta_ads")),
    "New leads": ("count", lambda ask: ask(LEADS)),
    "Ad spend per lead": ("money", lambda ask: ask(SPEND) / ask(LEADS)),
    "Win rate": ("share", lambda ask: ask(CLOSED)),
}


@pytest.fixture(scope="module")
def published(published_home: Path) -> Path:
    return (published_home / "published" / "current").resolve()


@pytest.fixture(scope="module")
def ask(published: Path) -> Callable[[str], Any]:
    def answer(query: str) -> Any:
        path = str(published / "engineroom.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            value = connection.execute(query).fetchall()[0][0]
        return float(value) if isinstance(value, Decimal) else value

    return answer


def values(published: Path, page: str, chart: str) -> list[dict[str, Any]]:
    html = (published / "report" / f"{page}.html").read_text("utf-8")
    spec = re.search(rf'data-chart="{chart}">(.*?)</script>', html, re.DOTALL)
    assert spec
    return json.loads(spec[1])["data"]["values"]


def download(published: Path, chart: str) -> list[dict[str, str]]:
    path = published / "report" / "data" / f"{chart}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8")))


@pytest.mark.parametrize("title", HEADLINES)
def test_a_headline_equals_the_facts(
    published: Path, ask: Callable[[str], Any], title: str
) -> None:
    unit, recompute = HEADLINES[title]
    html = (published / "report" / "index.html").read_text("utf-8")
    found = re.search(rf'<dt>{title}</dt>\s*<dd class="figure"[^>]*>([^<]*)</dd>', html)
    assert found
    assert found[1] == headline(recompute(ask), unit, "USD")


def test_spend_by_channel_is_all_spend_to_the_last_digit(
    published: Path, ask: Callable[[str], Any]
) -> None:
    rows = download(published, "spend_by_channel")
    total = sum(Decimal(row["spend_amount_reporting"]) for row in rows)
    assert float(total) == ask("select sum(spend_amount_reporting) from marts.fct_ad_performance")


def test_every_model_shares_out_the_whole_won_value(
    published: Path, ask: Callable[[str], Any]
) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in download(published, "models_compared"):
        totals[row["attribution_model"]] += Decimal(row["value_amount_reporting"])
    won = ask("select sum(value_amount_reporting) from marts.fct_conversions where stage = 'won'")
    assert len(totals) >= 6
    assert {float(total) for total in totals.values()} == {won}


def test_the_pipeline_by_owner_and_stage_is_all_that_is_open(
    published: Path, ask: Callable[[str], Any]
) -> None:
    rows = values(published, "pipeline", "pipeline_by_owner_and_stage")
    assert sum(row["open_amount_reporting"] for row in rows) == pytest.approx(ask(OPEN), abs=0.01)
    assert sum(row["opportunities"] for row in rows) == ask(
        "select count(*) from marts.fct_opportunities where is_open"
    )
    assert all(re.fullmatch(r"Owner \d+|No owner", row["owner"]) for row in rows)


def test_leads_by_source_count_every_lead_once(published: Path, ask: Callable[[str], Any]) -> None:
    rows = values(published, "pipeline", "leads_by_source")
    leads = ask("select count(*) from marts.fct_conversions where stage = 'lead'")
    assert sum(row["conversions"] for row in rows) == pytest.approx(leads)


def test_the_open_rates_drawn_are_the_mart_s(published: Path, ask: Callable[[str], Any]) -> None:
    rows = values(published, "engagement", "email_campaigns")
    highest = ask("select max(open_rate_upper) from marts.rpt_email_campaigns")
    assert rows
    assert all(row["open_rate_lower"] <= row["open_rate_upper"] <= highest for row in rows)


def test_no_page_and_no_download_holds_an_address_of_a_person(published: Path) -> None:
    report = published / "report"
    for path in [*report.glob("*.html"), *(report / "data").glob("*.csv")]:
        assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", path.read_text("utf-8")) == [], path.name
