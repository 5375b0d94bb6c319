"""Meta Ads as the connector asks for it: lists, days, report runs, throttles and refusals."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.graph import edge, pace
from ingestion.http import Session
from ingestion.sources.meta_ads import extract, session
from ingestion.sources.meta_ads.insights import Report, RunFailed, read
from ingestion.sources.meta_ads.rows import action_rows, day_row
from ingestion.sources.meta_ads.tables import INSIGHTS
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
DAY = date(2026, 6, 30)
CONFIG = {
    "access_token": "token-1",
    "app_secret": "secret-1",
    "account_id": "act_123",
    "first_day": "2026-05-01",
    "lookback_days": 28,
    "long_lookback_days": 90,
    "breakdown_days": 30,
    "attribution_windows": "1d_view,7d_click",
    "async_from_days": 32,
    "calls_per_10_seconds": 1000,
}
AD = Report("ad", dict)


def insight(day: date = DAY, **more: Any) -> dict[str, Any]:
    return {
        "account_id": "123",
        "campaign_id": "9007199254740993",
        "adset_id": "s",
        "ad_id": "x",
        "impressions": "10",
        "spend": "1.23",
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
        **more,
    }


def page(*rows: dict[str, Any], total: int | None = None, **more: Any) -> Answer:
    stated = sum(int(row.get("impressions", 0)) for row in rows) if total is None else total
    return Answer({"data": list(rows), "summary": {"impressions": str(stated)}, **more})


def error(code: int, status: int = 400, **more: Any) -> Answer:
    said = {"message": f"(#{code}) told", "type": "OAuthException", "code": code, **more}
    return Answer({"error": said}, status)


@pytest.fixture
def http(vendor: Vendor, stopped: StoppedClock) -> Iterator[Session]:
    with session({**CONFIG, "base_url": vendor.url}, stopped.clock) as opened:
        yield opened


Make = Callable[..., Extraction]


@pytest.fixture
def ctx(http: Session, vendor: Vendor) -> Make:
    def make(**more: Any) -> Extraction:
        state = more.pop("state", {})
        return Extraction({**CONFIG, "base_url": vendor.url}, http, NOW, state, **more)

    return make


def asked(vendor: Vendor) -> list[dict[str, str]]:
    """What was asked for, by query or body."""
    found = []
    for method, path, _, body in vendor.seen:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        found.append({"method": method, "path": urlsplit(path).path, **query})
        found[-1] |= json.loads(body) if body else {}
    return found


def rows(found: Iterator[tuple[date, date, list[Any]]]) -> list[Any]:
    return [row for *_, part in found for row in part]


def test_the_token_stands_in_the_header_and_the_proof_of_the_secret_beside_it(
    vendor: Vendor, ctx: Make
) -> None:
    vendor.says(page(insight()))
    rows(read(ctx(), "123", AD, DAY, DAY))
    ((_, path, headers, _),) = vendor.seen
    assert headers["Authorization"] == "Bearer token-1"
    assert "token-1" not in path
    # openssl dgst -sha256 -hmac secret-1, of token-1
    assert asked(vendor)[0]["appsecret_proof"] == (
        "c8f7d96f3871538b4c3f08987cca32bb16cdf51af7a0f6e001c14bfc37761961"
    )


def test_the_last_page_is_where_no_next_is_said_though_after_goes_on(
    vendor: Vendor, ctx: Make
) -> None:
    first, second = insight(), insight(ad_id="y")
    cursors = {"cursors": {"before": "a", "after": "b"}}
    vendor.says(
        page(first, total=20, paging={**cursors, "next": f"{vendor.url}/v26.0/act_123?after=b"}),
        page(second, total=20, paging=cursors),
    )
    assert rows(read(ctx(), "123", AD, DAY, DAY)) == [first, second]
    assert [each.get("after") for each in asked(vendor)] == [None, "b"]


def test_a_next_page_at_another_host_is_refused(vendor: Vendor, ctx: Make) -> None:
    elsewhere = {"cursors": {"after": "b"}, "next": "http://localhost:9/v26.0/act_123"}
    vendor.says(page(insight(), paging=elsewhere))
    with pytest.raises(PageBroken, match="localhost:9"):
        rows(read(ctx(), "123", AD, DAY, DAY))
    assert len(vendor.seen) == 1


def test_too_much_data_halves_the_range_and_no_day_is_lost_or_doubled(
    vendor: Vendor, ctx: Make
) -> None:
    too_much = error(100, error_subcode=1487534)
    days = [date(2026, 6, day) for day in (28, 29, 30)]
    vendor.says(too_much, too_much, *(page(insight(day)) for day in days))
    found = list(read(ctx(), "123", AD, days[0], days[-1]))
    assert [(first, last) for first, last, _ in found] == [(day, day) for day in days]
    assert [row["date_start"] for *_, part in found for row in part] == [str(d) for d in days]


def test_a_day_that_is_too_much_alone_is_red(vendor: Vendor, ctx: Make) -> None:
    vendor.says(error(1, 500, message="Please reduce the amount of data you're asking for"))
    with pytest.raises(RequestFailed, match="reduce"):
        rows(read(ctx(), "123", AD, DAY, DAY))


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80000, 80004])
def test_throttles_under_400_are_waited_for_as_long_as_the_headers_say(
    vendor: Vendor, ctx: Make, stopped: StoppedClock, code: int
) -> None:
    throttled = error(code)
    use = {"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 2}
    throttled.headers["X-Business-Use-Case-Usage"] = json.dumps({"123": [use]})
    vendor.says(throttled, page(insight()))
    assert len(rows(read(ctx(), "123", AD, DAY, DAY))) == 1
    assert 120.0 in stopped.slept


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 60.5}'}, 0.0),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 85, "reset_time_duration": 900}'}, 20.0),
        ({"x-fb-ads-insights-throttle": '{"app_id_util_pct": 99.0, "acc_id_util_pct": 2}'}, 48.0),
        ({"X-Business-Use-Case-Usage": '{"1": [{"total_time": 300}]}'}, 60.0),
        ({"X-App-Usage": "no json"}, 0.0),
        ({"X-Business-Use-Case-Usage": '{"1": "odd"}'}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_usage_headers_set_the_pace(headers: dict[str, str], seconds: float) -> None:
    assert pace(headers) == seconds


def test_a_busy_allowance_slows_the_next_request_down(
    vendor: Vendor, ctx: Make, stopped: StoppedClock
) -> None:
    busy = page(insight())
    busy.headers["X-Ad-Account-Usage"] = '{"acc_id_util_pct": 80}'
    vendor.says(busy, page(insight()))
    rows(read(ctx(), "123", AD, DAY, DAY))
    assert stopped.slept == []
    rows(read(ctx(), "123", AD, DAY, DAY))
    assert stopped.slept == [10.0]


def test_a_dead_token_says_to_make_a_new_one(vendor: Vendor, ctx: Make) -> None:
    vendor.says(error(190))
    with pytest.raises(RequestFailed, match=r"make a new one") as failed:
        rows(read(ctx(), "123", AD, DAY, DAY))
    assert len(vendor.seen) == 1
    assert "token-1" not in str(failed.value)


@pytest.mark.parametrize(("code", "status"), [(200, 403), (10, 400)])
def test_a_missing_permission_is_named(vendor: Vendor, ctx: Make, code: int, status: int) -> None:
    vendor.says(error(code, status))
    with pytest.raises(RequestFailed, match="ads_read"):
        rows(read(ctx(), "123", AD, DAY, DAY))


def run(status: str, percent: int = 0) -> Answer:
    return Answer({"id": "77", "async_status": status, "async_percent_completion": percent})


STARTED = Answer({"report_run_id": "77"})
LONG = (date(2026, 5, 1), date(2026, 6, 30))


def test_a_long_range_is_read_by_a_report_run_once_it_is_complete(
    vendor: Vendor, ctx: Make, stopped: StoppedClock
) -> None:
    going = (run("Job Not Started"), run("Job Running", 40), run("Job Completed", 99))
    vendor.says(STARTED, *going, run("Job Completed", 100), page(insight()))
    assert len(rows(read(ctx(), "123", AD, *LONG))) == 1
    sent = asked(vendor)
    assert (sent[0]["method"], sent[0]["path"]) == ("POST", "/v26.0/act_123/insights")
    assert json.loads(sent[0]["time_range"]) == {"since": "2026-05-01", "until": "2026-06-30"}
    assert sent[-1]["path"] == "/v26.0/77/insights"
    assert stopped.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("ended", ["Job Failed", "Job Skipped"])
def test_a_failed_run_is_submitted_again(vendor: Vendor, ctx: Make, ended: str) -> None:
    vendor.says(STARTED, run(ended), STARTED, run("Job Completed", 100), page(insight()))
    assert len(rows(read(ctx(), "123", AD, *LONG))) == 1


def test_a_run_that_fails_for_good_is_halved_and_then_red(
    vendor: Vendor, ctx: Make, stopped: StoppedClock
) -> None:
    short = ctx()
    short.config = {**short.config, "async_from_days": 0}
    vendor.says(*[STARTED, run("Job Failed")] * 40)
    with pytest.raises(RunFailed, match="Job Failed"):
        rows(read(short, "123", AD, date(2026, 6, 29), DAY))
    spans = {each["time_range"] for each in asked(vendor) if "time_range" in each}
    assert len(spans) == 2


def test_a_run_without_a_number_is_red(vendor: Vendor, ctx: Make) -> None:
    vendor.says(Answer({}))
    with pytest.raises(PageBroken, match="no id"):
        rows(read(ctx(), "123", AD, *LONG))


def test_rows_that_fall_short_of_the_summary_are_read_again(vendor: Vendor, ctx: Make) -> None:
    both = (insight(), insight(ad_id="y"))
    vendor.says(page(both[0], total=20), page(*both))
    assert rows(read(ctx(), "123", AD, DAY, DAY)) == list(both)


def test_a_summary_that_counts_what_has_no_row_is_believed_and_noted(
    vendor: Vendor, ctx: Make
) -> None:
    vendor.says(page(insight(), total=25))
    noted = ctx()
    assert len(rows(read(noted, "123", AD, DAY, DAY))) == 1
    assert noted.totals == [("insights", "ad from 2026-06-30", 25.0, 10.0)]


@pytest.mark.parametrize(
    "answer",
    [
        page(total=10),
        page(insight(), insight(), total=10),
        Answer({"data": None}),
        Answer({"error": {"message": "under 200", "code": 1}}),
    ],
)
def test_an_answer_that_cannot_be_true_is_red(vendor: Vendor, ctx: Make, answer: Answer) -> None:
    vendor.says(answer)
    with pytest.raises(LoadFailed):
        rows(read(ctx(), "123", AD, DAY, DAY))


def test_a_list_that_states_more_than_it_shows_is_red(vendor: Vendor, ctx: Make) -> None:
    vendor.says(Answer({"data": [{"id": "1"}], "summary": {"total_count": 2}}))
    with pytest.raises(PageBroken):
        edge(ctx(), "/v26.0/act_123/ads", {}, "ads")


def test_a_list_without_its_total_is_red(vendor: Vendor, ctx: Make) -> None:
    vendor.says(Answer({"data": [{"id": "1"}]}))
    with pytest.raises(PageBroken, match="total_count"):
        edge(ctx(), "/v26.0/act_123/ads", {}, "ads")


ACCOUNT = Answer({"account_id": "123", "currency": "EUR", "timezone_name": "Pacific/Auckland"})
NOTHING = Answer({"data": [], "summary": {"total_count": 0, "impressions": "0"}})


@pytest.mark.parametrize(("weekly", "first"), [(False, "2026-06-03"), (True, "2026-04-02")])
def test_twenty_eight_days_are_read_again_daily_and_ninety_weekly_in_the_accounts_zone(
    vendor: Vendor, ctx: Make, weekly: bool, first: str
) -> None:
    vendor.says(ACCOUNT, NOTHING)
    loading = ctx(state={"cursor:days": "2026-06-30"}, sweep_due=weekly)
    loading.config = {**loading.config, "async_from_days": 1000}
    # At 20:00 UTC the day after has begun in Auckland.
    loading.as_of = datetime(2026, 6, 30, 20, tzinfo=UTC)
    list(extract(loading))
    spans = [json.loads(each["time_range"]) for each in asked(vendor) if "time_range" in each]
    assert spans[0] == {"since": first, "until": "2026-07-01"}
    assert loading.state["cursor:days"] == "2026-07-01"


def test_a_window_reads_its_days_at_every_level_and_breakdown_and_moves_no_cursor(
    vendor: Vendor, ctx: Make
) -> None:
    vendor.says(ACCOUNT, NOTHING)
    window = (date(2026, 5, 1), date(2026, 5, 3))
    loading = ctx(window=window)
    pages = [each for each in extract(loading) if getattr(each, "units", ())]
    spans = [each for each in asked(vendor) if "time_range" in each]
    assert {each["time_range"] for each in spans} == {
        json.dumps({"since": "2026-05-01", "until": "2026-05-03"})
    }
    assert [each["level"] for each in spans[:4]] == ["account", "campaign", "adset", "ad"]
    assert all("breakdowns" in each for each in spans[4:])
    assert len(pages) == 4 * 2 + 4
    assert all(len(each.units) == 3 for each in pages)
    assert loading.state == {}


def test_archived_and_deleted_objects_are_asked_for_everywhere(vendor: Vendor, ctx: Make) -> None:
    vendor.says(ACCOUNT, NOTHING)
    list(extract(ctx(state={"cursor:days": "2026-06-30"})))
    sent = asked(vendor)
    for name in ("campaigns", "adsets", "ads"):
        (listed,) = [each for each in sent if each["path"] == f"/v26.0/act_123/{name}"]
        assert {"ARCHIVED", "DELETED"} <= set(json.loads(listed["effective_status"]))
    for each in sent:
        if each.get("level") in ("campaign", "adset", "ad"):
            (status,) = json.loads(each["filtering"])
            assert status["field"] == f"{each['level']}.effective_status"
            assert {"ARCHIVED", "DELETED"} <= set(status["value"])


def test_an_account_that_is_garbled_in_an_answer_keeps_its_campaign(
    vendor: Vendor, ctx: Make
) -> None:
    garbled = Answer(
        {"data": [{"id": "7", "account_id": "12\ufffd"}], "summary": {"total_count": 1}}
    )
    vendor.says(ACCOUNT, garbled, NOTHING)
    found = extract(ctx(state={"cursor:days": "2026-06-30"}))
    (campaign,) = next(each.rows for each in found if getattr(each, "table", "") == "campaigns")
    assert (campaign["id"], campaign["account_id"]) == ("7", "123")


def test_numbers_keep_every_digit_and_ids_above_the_level_only() -> None:
    record = insight(spend="12345678901.123456")
    (row,) = type_rows(INSIGHTS, [day_row(record, "campaign")], 0).rows
    assert row["campaign_id"] == "9007199254740993"
    assert row["spend"] == "12345678901.123456"
    assert (row["adset_id"], row["ad_id"], row["level"]) == ("", "", "campaign")
    assert row["reach"] is None


def test_a_row_of_several_days_is_red() -> None:
    with pytest.raises(PageBroken):
        day_row(insight(date_stop="2026-07-01"), "ad")


def test_every_action_type_and_window_becomes_a_row_with_its_value_beside_it() -> None:
    record = insight(
        actions=[
            {"action_type": "omni_purchase", "value": "2", "7d_click": "1", "1d_view": "1"},
            {"action_type": "purchase", "value": "2"},
        ],
        action_values=[{"action_type": "omni_purchase", "value": "80.50", "7d_click": "40"}],
    )
    found = {
        (row["action_type"], row["attribution_window"]): (row["actions"], row["action_value"])
        for row in action_rows(record, "ad")
    }
    assert found == {
        ("omni_purchase", "(setting)"): ("2", "80.50"),
        ("omni_purchase", "7d_click"): ("1", "40"),
        ("omni_purchase", "1d_view"): ("1", None),
        ("purchase", "(setting)"): ("2", None),
    }
