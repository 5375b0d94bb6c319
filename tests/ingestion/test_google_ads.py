"""Google Ads as the connector asks for it: queries, whole days, removed campaigns, refusals."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from ingestion.contract import Extraction, Page
from ingestion.errors import PageBroken
from ingestion.http import Session
from ingestion.sources.google_ads import AD_DAYS, extract
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CONFIG = {
    "customer_id": "123-456-7890",
    "login_customer_id": "111-222-3333",
    "developer_token": "made-up",
    "first_day": "2026-05-01",
    "lookback_days": 30,
    "long_lookback_days": 90,
}
AD_ROW = {
    "customer": {"id": "1234567890", "currencyCode": "USD", "timeZone": "America/New_York"},
    "campaign": {"id": "9007199254740993", "name": "Spring"},
    "adGroup": {"id": "7", "name": "Brand"},
    "adGroupAd": {"ad": {"id": "8"}},
    "segments": {"date": "2026-06-30"},
    "metrics": {"impressions": "10", "clicks": "1", "costMicros": "1230000", "conversions": 0.5},
}


class Account:
    """Answers every query with the same chunks and remembers what was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def post(self, path: str, body: dict[str, str], **headers: str) -> Any:
        self.asked.append((path, body["query"], headers))
        return self.answer


def read(account: Account, **more: Any) -> tuple[list[Page], Extraction]:
    state = more.pop("state", {})
    ctx = Extraction(CONFIG, cast("Session", account), NOW, state, **more)
    return [cast("Page", each) for each in extract(ctx)], ctx


def days_asked(account: Account) -> list[str]:
    return [query.partition("BETWEEN ")[2] for _, query, _ in account.asked if "BETWEEN" in query]


def test_removed_campaigns_are_asked_for() -> None:
    account = Account([])
    read(account)
    assert "'REMOVED'" in account.asked[0][1]


def test_account_numbers_copied_from_the_screen_lose_their_dashes() -> None:
    account = Account([])
    read(account)
    path, _, headers = account.asked[0]
    assert path == "/v26/customers/1234567890/googleAds:searchStream"
    assert headers == {"developer_token": "made-up", "login_customer_id": "1112223333"}


@pytest.mark.parametrize(("weekly", "first"), [(False, "2026-06-01"), (True, "2026-04-02")])
def test_thirty_days_are_read_again_daily_and_ninety_weekly(weekly: bool, first: str) -> None:
    account = Account([])
    read(account, state={"cursor:days": "2026-06-30"}, sweep_due=weekly)
    assert days_asked(account)[0].startswith(f"'{first}'")
    assert days_asked(account)[-1].endswith("'2026-07-01'")


def test_a_gap_longer_than_the_lookback_is_read_whole() -> None:
    account = Account([])
    read(account, state={"cursor:days": "2026-03-01"})
    assert days_asked(account)[0].startswith("'2026-03-01'")


def test_a_window_reads_its_days_and_moves_no_cursor() -> None:
    account = Account([])
    _, ctx = read(account, window=(date(2026, 5, 1), date(2026, 5, 3)))
    assert set(days_asked(account)) == {"'2026-05-01' AND '2026-05-03'"}
    assert ctx.state == {}


def test_every_day_of_a_query_is_covered_even_where_it_is_empty() -> None:
    pages, _ = read(Account([]), window=(date(2026, 5, 1), date(2026, 5, 3)))
    (ads,) = [page for page in pages if page.table == "ad_stats"]
    assert ads.units == tuple(("1234567890", date(2026, 5, day)) for day in (1, 2, 3))


def test_long_integers_keep_every_digit() -> None:
    pages, _ = read(Account([{"results": [AD_ROW]}]), window=(date(2026, 6, 30), date(2026, 6, 30)))
    (ads,) = [page for page in pages if page.table == "ad_stats"]
    (row,) = type_rows(AD_DAYS, cast("list[dict[str, Any]]", ads.rows), 0).rows
    assert row["campaign__id"] == "9007199254740993"
    assert row["ad_group_ad__ad__id"] == "8"
    assert row["metrics__cost_micros"] == 1_230_000
    assert row["metrics__conversions_value"] is None


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"message": "quota"}},
        [{"error": {"message": "quota"}}],
        [{"results": None}],
        [["no chunk"]],
        [{"results": ["no record"]}],
    ],
)
def test_an_answer_that_is_no_stream_of_results_stops_the_load(answer: Any) -> None:
    with pytest.raises(PageBroken):
        read(Account(answer))
