"""LinkedIn Ads as the connector asks for it: fields, the silent limit, lists, days, refusals."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

import pytest
import requests
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.linkedin import session
from ingestion.sources.linkedin_ads import analytics, extract
from ingestion.sources.linkedin_ads.analytics import LIMIT, Report, amount, read, span_of
from ingestion.sources.linkedin_ads.tables import COUNTS, MONEY

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
DAY = date(2026, 6, 30)
CONFIG = {
    "account_id": "urn:li:sponsoredAccount:5",
    "first_day": "2026-05-01",
    "lookback_days": 30,
    "long_lookback_days": 90,
    "demographic_days": 7,
    "demographic_pivots": "MEMBER_JOB_TITLE",
}
CREATIVES = Report("5", "GBP", "CREATIVE", COUNTS, MONEY)
_DAY = re.compile(r"year:(\d+),month:(\d+),day:(\d+)")


def element(id_: str, day: date = DAY, **more: Any) -> dict[str, Any]:
    on = {"year": day.year, "month": day.month, "day": day.day}
    return {"pivotValues": [id_], "dateRange": {"start": on, "end": on}, **more}


# The limit of the tests that reach it: 15,000 rows a try would cost a minute.
SMALL = 150


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analytics, "LIMIT", SMALL)


class Ads:
    """An ad account with rows a day; it remembers what was asked, and cuts as LinkedIn does."""

    def __init__(self, rows: int = 1, a_day: dict[str, Any] | None = None) -> None:
        self.rows, self.a_day = rows, a_day or {"impressions": 5}
        self.lists: dict[str, list[dict[str, Any]]] = {
            "adCampaignGroups": [{"id": 1}],
            "adCampaigns": [{"id": 20}, {"id": 21}],
            "creatives": [{"id": "urn:li:sponsoredCreative:30", "campaign": "urn:li:c:20"}],
        }
        self.asked: list[str] = []
        self.posted: list[dict[str, str]] = []
        self.silent: set[str] = set()

    def get(self, path: str) -> Any:
        self.asked.append(path)
        if "adAnalytics" in path:
            return self._analytics(path.partition("?")[2])
        name = path.partition("?")[0].rpartition("/")[2]
        if name == "5":
            return {"id": 5, "currency": "GBP"}
        return {"elements": self.lists[name], "metadata": {}}

    def post(self, path: str, body: str, **headers: str) -> Any:
        self.asked.append(f"{path}?{body}")
        self.posted.append(headers)
        return self._analytics(body)

    def _analytics(self, query: str) -> Any:
        first, last = (date(*(int(part) for part in each)) for each in _DAY.findall(query)[:2])
        pivot = parse_qs(query)["pivot"][0]
        rows = 0 if pivot in self.silent else self.rows
        if campaigns := query.partition("campaigns=List(")[2].partition(")")[0]:
            rows = rows * len(campaigns.split(",")) // len(self.lists["adCampaigns"])
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        wanted = parse_qs(query)["fields"][0].split(",")
        shown = {name: value for name, value in self.a_day.items() if name in wanted}
        found = [
            element(f"urn:li:x:{campaigns[-3:]}{row}", day, **shown)
            for day in days
            for row in range(rows)
        ]
        return {"elements": found[:SMALL]}


def context(ads: Ads, **more: Any) -> Extraction:
    return Extraction(CONFIG, cast("Session", ads), NOW, more.pop("state", {}), **more)


def reports(ads: Ads) -> list[str]:
    return [path for path in ads.asked if "adAnalytics" in path]


def spans(ads: Ads, pivot: str) -> list[tuple[str, ...]]:
    return [
        tuple("-".join(part.zfill(2) for part in day) for day in _DAY.findall(path)[:2])
        for path in reports(ads)
        if f"pivot={pivot}&" in path
    ]


def test_no_call_asks_for_more_than_twenty_fields_and_the_parts_meet_on_their_key() -> None:
    ads = Ads(a_day={"impressions": 5, "costInLocalCurrency": "1.20", "videoViews": 3, "opens": 2})
    ((_, _, found),) = read(context(ads), CREATIVES, DAY, DAY, ["20"])
    fields = [parse_qs(path)["fields"][0].split(",") for path in reports(ads)]
    assert max(len(each) for each in fields) <= 20
    assert {name for each in fields for name in each} == {
        *("dateRange", "pivotValues"),
        *COUNTS.values(),
        *MONEY.values(),
    }
    ((key, row),) = found.items()
    assert key[1] == DAY
    named = ("impressions", "cost_in_local_currency", "video_views", "opens", "likes")
    assert [row[name] for name in named] == [5, "1.20", 3, 2, None]


def test_the_parentheses_of_the_query_language_stay_as_they_are() -> None:
    ads = Ads()
    list(read(context(ads), CREATIVES, DAY, DAY, ["20"]))
    for path in reports(ads):
        sent = requests.Request("GET", f"https://api.linkedin.com{path}").prepare().url
        assert sent == f"https://api.linkedin.com{path}"
        assert "dateRange=(start:(year:2026,month:6,day:30),end:" in path
        assert "accounts=List(urn%3Ali%3AsponsoredAccount%3A5)" in path


@pytest.mark.usefixtures("small_limit")
def test_an_answer_at_the_limit_is_halved_and_no_day_is_lost_or_doubled() -> None:
    ads = Ads(rows=60)
    first = DAY - timedelta(days=3)
    found = list(read(context(ads), CREATIVES, first, DAY, ["20"]))
    assert [(start, end) for start, end, _ in found] == [
        (first, first + timedelta(days=1)),
        (DAY - timedelta(days=1), DAY),
    ]
    assert sum(len(rows) for *_, rows in found) == 4 * 60


@pytest.mark.usefixtures("small_limit")
def test_a_single_day_at_the_limit_is_asked_for_by_campaigns() -> None:
    ads = Ads(rows=200)
    ((_, _, found),) = read(context(ads), CREATIVES, DAY, DAY, ["20", "21"])
    assert len(found) == 200
    assert any("campaigns=List(urn%3Ali%3AsponsoredCampaign%3A20)" in each for each in ads.asked)


@pytest.mark.usefixtures("small_limit")
def test_a_single_campaigns_day_at_the_limit_is_red() -> None:
    with pytest.raises(PageBroken, match="one campaign reaches the limit"):
        list(read(context(Ads(rows=SMALL)), CREATIVES, DAY, DAY, ["20"]))


@pytest.mark.usefixtures("small_limit")
def test_a_long_query_travels_as_the_body_of_a_post() -> None:
    many = [str(20 + number) for number in range(400)]
    ads = Ads(rows=200)
    ads.lists["adCampaigns"] = [{"id": each} for each in many]
    list(read(context(ads), CREATIVES, DAY, DAY, many))
    assert ads.posted
    assert all(
        each["X_HTTP_Method_Override"] == "GET"
        and each["Content_Type"] == "application/x-www-form-urlencoded"
        for each in ads.posted
    )


@pytest.mark.parametrize(("objects", "days"), [(0, 180), (10, 180), (500, 29), (15_000, 1)])
def test_ranges_are_cut_so_that_known_objects_cannot_reach_the_limit(
    objects: int, days: int
) -> None:
    assert span_of(objects) == days
    assert days * objects < LIMIT or days == 1


@pytest.mark.parametrize(
    "row",
    [
        element("urn:li:x:1", DAY + timedelta(days=1)),
        {**element("urn:li:x:1"), "pivotValues": ["urn:li:x:1", "urn:li:x:2"]},
        {**element("urn:li:x:1"), "dateRange": {}},
    ],
)
def test_a_row_of_something_else_than_was_asked_is_red(row: dict[str, Any]) -> None:
    ads = Ads()
    ads._analytics = lambda _: {"elements": [row]}
    with pytest.raises(PageBroken):
        list(read(context(ads), CREATIVES, DAY, DAY, ["20"]))


def test_an_object_that_comes_twice_is_red() -> None:
    ads = Ads()
    ads._analytics = lambda _: {"elements": [element("urn:li:x:1"), element("urn:li:x:1")]}
    with pytest.raises(PageBroken, match="twice"):
        list(read(context(ads), CREATIVES, DAY, DAY, ["20"]))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12.50", "12.50"),
        ("0.46000000000000002", "0.460000"),
        ("30.119999999999997", "30.120000"),
        ("0.1234567", "0.1234567"),
        (None, None),
        ("no money", "no money"),
    ],
)
def test_only_the_tail_of_a_binary_fraction_is_taken_off_money(text: Any, kept: Any) -> None:
    assert amount(text) == kept


@pytest.mark.parametrize(("weekly", "first"), [(False, "2026-06-01"), (True, "2026-04-02")])
def test_thirty_days_are_read_again_daily_and_ninety_weekly(weekly: bool, first: str) -> None:
    ads = Ads()
    list(extract(context(ads, state={"cursor:days": "2026-06-30"}, sweep_due=weekly)))
    assert spans(ads, "ACCOUNT")[0] == (first, "2026-07-01")
    assert spans(ads, "MEMBER_JOB_TITLE")[0] == ("2026-06-25", "2026-07-01")


def test_a_window_covers_its_days_of_every_pivot_and_moves_no_cursor() -> None:
    ads = Ads()
    loading = context(ads, window=(date(2026, 5, 1), date(2026, 5, 3)))
    pages = [each for each in extract(loading) if isinstance(each, Page) and each.units]
    pivots = ("ACCOUNT", "CAMPAIGN", "CREATIVE", "MEMBER_JOB_TITLE")
    assert [page.units for page in pages] == [
        tuple(("5", pivot, date(2026, 5, day)) for day in (1, 2, 3)) for pivot in pivots
    ]
    assert {row["currency_code"] for page in pages for row in page.rows} == {"GBP"}
    assert loading.state == {}


def test_a_pivot_that_is_empty_beside_full_ones_is_red() -> None:
    ads = Ads()
    ads.silent = {"CAMPAIGN"}
    with pytest.raises(PageBroken, match="by pivot"):
        list(extract(context(ads)))


def test_an_account_without_creatives_or_activity_is_no_fault() -> None:
    ads = Ads()
    ads.lists["creatives"], ads.silent = [], {"CREATIVE"}
    assert list(extract(context(ads)))
    list(extract(context(Ads(rows=0))))


def test_lists_are_swept_by_the_numbers_of_their_objects() -> None:
    sweeps = {each.table: each.keys for each in extract(context(Ads())) if isinstance(each, Sweep)}
    assert sweeps == {
        "campaign_groups": {("1",)},
        "campaigns": {("20",), ("21",)},
        "creatives": {("30",)},
    }


def test_a_list_that_held_something_and_comes_empty_is_red() -> None:
    ads = Ads()
    loading = context(ads)
    list(extract(loading))
    ads.lists["adCampaigns"] = []
    with pytest.raises(LoadFailed, match="campaigns"):
        list(extract(context(ads, state=loading.state)))


def test_the_limit_of_the_day_stops_and_is_not_retried(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    told = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    vendor.says(Answer({"message": told, "status": 429}, 429))
    config = {**CONFIG, "base_url": vendor.url, "access_token": "t"}
    with session(config, stopped.clock) as http, pytest.raises(RequestFailed, match="tomorrow"):
        http.get("/rest/adAccounts/5")
    assert len(vendor.seen) == 1


def test_another_throttle_is_waited_for(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({"message": "Too many requests"}, 429), Answer({"id": 5}))
    config = {**CONFIG, "base_url": vendor.url, "access_token": "t"}
    with session(config, stopped.clock) as http:
        assert http.get("/rest/adAccounts/5") == {"id": 5}


def test_an_app_renews_its_token_once_when_it_is_refused(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(
        Answer({"message": "expired"}, 401), Answer({"access_token": "new"}), Answer({"id": 5})
    )
    app = {"client_id": "c", "client_secret": "s", "refresh_token": "r", "access_token": "old"}
    config = {**CONFIG, **app, "base_url": vendor.url, "token_url": f"{vendor.url}/token"}
    with session(config, stopped.clock) as http:
        assert http.get("/rest/adAccounts/5") == {"id": 5}
    sent = [headers.get("Authorization") for _, _, headers, _ in vendor.seen]
    assert sent == ["Bearer old", None, "Bearer new"]
    assert vendor.seen[-1][2]["LinkedIn-Version"] == "202606"
