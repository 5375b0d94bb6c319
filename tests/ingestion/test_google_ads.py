"""Google Ads as the connector asks for it: accounts, totals, whole days, events, refusals."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken
from ingestion.http import Session
from ingestion.sources.google_ads import extract, session, verdict
from ingestion.sources.google_ads.tables import AD_DAYS
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
CUSTOMER = {"id": "1234567890", "currencyCode": "USD", "timeZone": "America/New_York"}
AD_ROW = {
    "customer": CUSTOMER,
    "campaign": {"id": "9007199254740993", "name": "Spring"},
    "adGroup": {"id": "7", "name": "Brand"},
    "adGroupAd": {"ad": {"id": "8"}},
    "segments": {"date": "2026-06-28"},
    "metrics": {"impressions": "10", "clicks": "1", "costMicros": "1230000", "conversions": 0.5},
}
JUNE_28 = (date(2026, 6, 28), date(2026, 6, 28))


class Accounts:
    """Answers by the resource that is asked for, and remembers the questions.

    Streams sum themselves up and searches state their total, unless an answer is scripted whole.
    """

    def __init__(self, **results: Any) -> None:
        self.results = results
        self.whole: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        query = body["query"]
        self.asked.append((path, query, headers))
        resource = query.partition(" FROM ")[2].split()[0]
        is_stream = path.endswith("searchStream")
        scripted = self.whole.get(f"{resource}_days" if is_stream else resource)
        if scripted:
            return scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if is_stream:
            return stream(*self.results.get(f"{resource}_days", []))
        found = self.results.get(resource, [])
        found = found(query) if callable(found) else found
        return {"results": found, "totalResultsCount": str(len(found))}


def stream(*rows: dict[str, Any], **stated: Any) -> list[dict[str, Any]]:
    metrics: dict[str, Any] = {}
    for row in rows:
        for name, value in row["metrics"].items():
            metrics[name] = metrics.get(name, 0) + float(value)
    return [{"results": list(rows)}, {"summaryRow": {"metrics": {**metrics, **stated}}}]


def read(vendor: Accounts, **more: Any) -> tuple[list[Any], Extraction]:
    state, config = more.pop("state", {}), {**CONFIG, **more.pop("config", {})}
    ctx = Extraction(config, cast("Session", vendor), NOW, state, **more)
    return list(extract(ctx)), ctx


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def days_asked(vendor: Accounts) -> list[str]:
    return [query.partition("BETWEEN ")[2] for _, query, _ in vendor.asked if "BETWEEN" in query]


def client(number: str, **more: Any) -> dict[str, Any]:
    told = {"id": number, "status": "ENABLED", "manager": False, "level": "1"}
    return {"customerClient": {**told, **more}}


def test_removed_campaigns_are_asked_for() -> None:
    vendor = Accounts()
    read(vendor)
    (asked,) = [query for _, query, _ in vendor.asked if "FROM campaign WHERE campaign." in query]
    assert "'REMOVED'" in asked


def test_account_numbers_copied_from_the_screen_lose_their_dashes() -> None:
    vendor = Accounts()
    read(vendor)
    path, _, headers = vendor.asked[1]
    assert path == "/v26/customers/1234567890/googleAds:search"
    assert headers == {"developer_token": "made-up", "login_customer_id": "1112223333"}


@pytest.mark.parametrize(
    ("named", "read_ones"),
    [
        (None, {"1", "2"}),
        (["1"], {"1"}),
        ("1, 3-3", {"1", "33"}),
        (5, {"5"}),
    ],
)
def test_the_accounts_are_those_named_or_all_enabled_ones_below_the_manager(
    named: Any, read_ones: set[str]
) -> None:
    hierarchy = [
        *(client("1"), client("2"), client("9", status="CANCELED"), client("8", manager=True)),
    ]
    vendor = Accounts(customer_client=hierarchy)
    found, ctx = read(vendor, config={"customer_id": named})
    asked = {path.split("/")[3] for path, _, _ in vendor.asked}
    assert asked == {"1112223333", *read_ones}
    assert {name for name in ctx.state if name.startswith("cursor:days")} == {
        f"cursor:days:{each}" for each in read_ones
    }
    (sweep,) = [
        each for each in found if isinstance(each, Sweep) and each.table == "customer_clients"
    ]
    assert sweep.keys == {("1112223333", each) for each in "1298"}


def test_a_manager_without_an_enabled_account_is_red() -> None:
    with pytest.raises(PageBroken, match="no enabled account"):
        read(Accounts(), config={"customer_id": None})


@pytest.mark.parametrize(("weekly", "first"), [(False, "2026-06-01"), (True, "2026-04-02")])
def test_thirty_days_are_read_again_daily_and_ninety_weekly(weekly: bool, first: str) -> None:
    vendor = Accounts()
    read(vendor, state={"cursor:days:1234567890": "2026-06-30"}, sweep_due=weekly)
    assert days_asked(vendor)[0].startswith(f"'{first}'")
    assert days_asked(vendor)[-1].endswith("'2026-07-01'")


def test_after_a_pause_what_was_young_at_the_last_load_is_read_again() -> None:
    vendor = Accounts()
    read(vendor, state={"cursor:days:1234567890": "2026-03-01"})
    assert days_asked(vendor)[0].startswith("'2026-01-31'")


def test_a_window_reads_its_days_and_moves_no_cursor() -> None:
    vendor = Accounts()
    _, ctx = read(vendor, window=(date(2026, 5, 1), date(2026, 5, 3)))
    assert set(days_asked(vendor)) == {"'2026-05-01' AND '2026-05-03'"}
    assert ctx.state == {}


def test_every_day_of_a_query_is_covered_even_where_it_is_empty() -> None:
    found, _ = read(Accounts(), window=(date(2026, 5, 1), date(2026, 5, 3)))
    (ads,) = [each for each in found if isinstance(each, Page) and each.table == "ad_stats"]
    assert ads.units == tuple(("1234567890", date(2026, 5, day)) for day in (1, 2, 3))


def test_long_integers_keep_every_digit() -> None:
    found, _ = read(Accounts(ad_group_ad_days=[AD_ROW]), window=JUNE_28)
    (row,) = type_rows(AD_DAYS.table, rows(found, "ad_stats"), 0).rows
    assert row["campaign__id"] == "9007199254740993"
    assert row["ad_group_ad__ad__id"] == "8"
    assert row["metrics__cost_micros"] == 1_230_000
    assert row["metrics__conversions_value"] is None


def test_a_stream_that_lost_a_row_is_asked_for_again() -> None:
    vendor = Accounts()
    other = {**AD_ROW, "adGroupAd": {"ad": {"id": "9"}}}
    lost = stream(AD_ROW, other)
    lost[0]["results"].pop()
    vendor.whole["ad_group_ad_days"] = [lost, stream(AD_ROW, other)]
    found, _ = read(vendor, window=JUNE_28)
    assert [row["ad_group_ad__ad__id"] for row in rows(found, "ad_stats")] == ["8", "9"]


def test_a_stream_that_never_meets_its_own_summary_is_red() -> None:
    vendor = Accounts()
    vendor.whole["ad_group_ad_days"] = [stream(AD_ROW, costMicros="9990000")]
    with pytest.raises(PageBroken, match="did not add up to their own summary"):
        read(vendor, window=JUNE_28)


def test_without_a_summary_two_answers_must_be_alike() -> None:
    vendor = Accounts()
    vendor.whole["ad_group_ad_days"] = [[], [{"results": [AD_ROW]}], [{"results": [AD_ROW]}]]
    found, _ = read(vendor, window=JUNE_28)
    assert len(rows(found, "ad_stats")) == 1


def test_a_search_that_states_more_rows_than_came_is_red() -> None:
    vendor = Accounts()
    vendor.whole["ad_group"] = [{"results": [AD_ROW], "totalResultsCount": "2"}]
    with pytest.raises(PageBroken, match="moved in each of 3 readings"):
        read(vendor)


@pytest.mark.parametrize(("account", "campaigns", "came"), [("5", "3", 5.0), ("3", "5", 5.0)])
def test_an_account_that_differs_from_its_campaigns_is_drift_and_more_in_them_a_wrong_total(
    account: str, campaigns: str, came: float
) -> None:
    day = {"customer": CUSTOMER, "segments": {"date": "2026-06-28"}}
    vendor = Accounts(
        customer_days=[{**day, "metrics": {"costMicros": account}}],
        campaign_days=[{**day, "campaign": {"id": "1"}, "metrics": {"costMicros": campaigns}}],
    )
    _, ctx = read(vendor, window=JUNE_28)
    stated = float(account)
    assert ctx.totals == [("campaign_stats", "cost_micros of 1234567890", stated, came)]
    assert ctx.counted["campaign_stats", "metrics__cost_micros", "account_total_differs"] == 1


def change(number: int, at: str) -> dict[str, Any]:
    name = f"customers/1/changeEvents/{number}~0~0"
    return {
        "customer": CUSTOMER,
        "changeEvent": {"resourceName": name, "changeDateTime": f"{at}.000000"},
    }


def changes_since(history: list[dict[str, Any]], query: str, limit: int) -> list[dict[str, Any]]:
    since = query.partition(">= '")[2].partition("'")[0]
    found = [each for each in history if each["changeEvent"]["changeDateTime"] >= since]
    return found[:limit]


def test_changes_past_the_limit_are_read_on_from_the_last_instant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.sources.google_ads.events.CHANGE_LIMIT", 3)
    # Two of them share the instant at which the first answer ends.
    hours = (1, 2, 3, 3, 4, 5)
    history = [change(i, f"2026-06-20 0{hour}:00:00") for i, hour in enumerate(hours)]
    vendor = Accounts(
        customer=[{"customer": CUSTOMER}],
        change_event=lambda query: changes_since(history, query, 3),
    )
    found, ctx = read(vendor)
    read_ = {row["change_event__resource_name"] for row in rows(found, "change_events")}
    assert len(read_) == len(history)
    assert ctx.state["cursor:changes:1234567890"] == NOW.isoformat()
    # New York, four hours behind in summer.
    assert rows(found, "change_events")[0]["occurred_at"] == "2026-06-20T05:00:00+00:00"


def test_more_changes_in_one_instant_than_a_query_gives_are_red(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.sources.google_ads.events.CHANGE_LIMIT", 2)
    history = [change(number, "2026-06-20 01:00:00") for number in range(3)]
    vendor = Accounts(
        customer=[{"customer": CUSTOMER}],
        change_event=lambda query: changes_since(history, query, 2),
    )
    with pytest.raises(PageBroken, match="share the instant"):
        read(vendor)


def test_changes_older_than_thirty_days_are_counted_as_out_of_reach() -> None:
    vendor = Accounts(customer=[{"customer": CUSTOMER}])
    _, ctx = read(vendor, state={"cursor:changes:1234567890": "2026-03-01T00:00:00+00:00"})
    (asked,) = [query for _, query, _ in vendor.asked if "change_event " in query]
    # An hour inside the 30 days, in New York's time.
    assert ">= '2026-06-01 03:00:00'" in asked
    assert ctx.counted["change_events", "", "changes_out_of_reach"] == 1


def test_clicks_are_asked_for_one_day_at_a_time_and_no_further_back_than_ninety() -> None:
    vendor = Accounts()
    _, ctx = read(vendor)
    days = [q.partition("date = '")[2][:10] for _, q, _ in vendor.asked if "click_view" in q]
    assert (len(days), days[0], days[-1]) == (90, "2026-04-03", "2026-07-01")
    vendor.asked.clear()
    read(vendor, state=ctx.state)
    assert sum("click_view" in query for _, query, _ in vendor.asked) == 4


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
    vendor = Accounts()
    vendor.whole["campaign_days"] = [answer]
    with pytest.raises(PageBroken):
        read(vendor)


def failure(code: dict[str, str], words: str = "no") -> dict[str, Any]:
    details = [{"errors": [{"errorCode": code, "message": words}]}]
    return {"error": {"code": 1, "message": "outer words", "details": details}}


@pytest.mark.parametrize(
    ("status", "body", "judged"),
    [
        (429, failure({"quotaError": "RESOURCE_EXHAUSTED"}), "stop"),
        (429, [failure({"quotaError": "RESOURCE_EXHAUSTED"})], "stop"),
        (429, failure({"quotaError": "RESOURCE_TEMPORARILY_EXHAUSTED"}), "retry"),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, "retry"),
        (400, failure({"queryError": "UNRECOGNIZED_FIELD"}), "fail"),
        (503, {}, "retry"),
    ],
)
def test_quota_errors_are_told_apart(status: int, body: Any, judged: str) -> None:
    assert verdict(status, body) == judged


OAUTH = {
    "client_id": "an-app",
    "client_secret": "a-secret",
    "refresh_token": "a-refresh-token",
    "developer_token": "a-developer",
}


def test_a_refused_query_is_told_in_the_words_of_its_detail(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    told = failure({"queryError": "UNRECOGNIZED_FIELD"}, "Unrecognized field: campaign.start_date")
    vendor.says(Answer({"access_token": "t"}), Answer([told], 400))
    config = {**CONFIG, **OAUTH, "base_url": vendor.url, "token_url": f"{vendor.url}/token"}
    with (
        session(config, stopped.clock) as http,
        pytest.raises(LoadFailed, match="Unrecognized field"),
    ):
        list(extract(Extraction(config, http, NOW, {})))


def test_a_token_that_expires_midway_is_fetched_anew(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(
        *(Answer({"access_token": "old"}), Answer({}, 401), Answer({"access_token": "new"})),
        *(Answer({"results": [client("9", status="CANCELED")], "totalResultsCount": "1"}),) * 2,
    )
    config = {**CONFIG, **OAUTH, "base_url": vendor.url, "token_url": f"{vendor.url}/token"}
    with session(config, stopped.clock) as http:
        next(iter(extract(Extraction(config, http, NOW, {}))))
    assert [headers.get("Authorization") for _, _, headers, _ in vendor.seen] == [
        None,
        "Bearer old",
        None,
        "Bearer new",
    ]
