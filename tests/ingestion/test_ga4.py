"""GA4 as the connector reads it: positional rows, totals that are declared, flags that are kept."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources import ga4
from ingestion.sources.ga4.reports import MOST_DIMENSIONS, MOST_METRICS, REPORTS

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CONFIG = {
    "property_id": "properties/31",
    "first_day": "2026-06-25",
    "lookback_days": 3,
    "long_lookback_days": 14,
}
TRAFFIC = {
    "sessionDefaultChannelGroup": "Direct",
    "sessionSource": "(direct)",
    "sessionMedium": "(none)",
    "sessionCampaignName": "(not set)",
    "landingPage": "/",
    "eventName": "generate_lead",
}


class Property:
    """A property with `rows` sessions on each day; `spoil` changes an answer before it is given."""

    def __init__(self, rows: int = 1) -> None:
        self.rows = rows
        self.asked: list[dict[str, Any]] = []
        self.metadata: dict[str, Any] = {"timeZone": "Europe/Berlin", "currencyCode": "EUR"}
        self.spoil: Callable[[dict[str, Any]], Any] = lambda same: same

    def post(self, path: str, body: dict[str, Any]) -> Any:
        assert path == "/v1beta/properties/31:runReport"
        self.asked.append(body)
        (span,) = body["dateRanges"]
        first, last = (date.fromisoformat(span[name]) for name in ("startDate", "endDate"))
        days = [
            date.fromordinal(each).strftime("%Y%m%d")
            for each in range(first.toordinal(), last.toordinal() + 1)
        ]
        dimensions = [each["name"] for each in body["dimensions"]]
        rows = []
        for day in days:
            for number in range(self.rows if len(dimensions) > 1 else 1):
                values = {"date": day, **TRAFFIC, "sessionCampaignName": f"c{number}"}
                values["landingPage"] = f"/{number}"
                rows.append(
                    {
                        "dimensionValues": [{"value": values[name]} for name in dimensions],
                        "metricValues": [{"value": "2"} for _ in body["metrics"]],
                    }
                )
        start = int(body["offset"])
        answer = {
            "rows": rows[start : start + int(body["limit"])],
            "dimensionHeaders": [{"name": name} for name in dimensions],
            "metricHeaders": [{**each, "type": "TYPE_INTEGER"} for each in body["metrics"]],
            "rowCount": len(rows),
            "metadata": self.metadata,
            "kind": "analyticsData#runReport",
            "propertyQuota": {"tokensPerDay": {"consumed": 6, "remaining": 1234}},
        }
        return self.spoil(answer)


def run(held: Property, **more: Any) -> list[Any]:
    state = more.pop("state", {})
    config = {**CONFIG, **more.pop("config", {})}
    return list(ga4.extract(Extraction(config, cast("Session", held), NOW, state, **more)))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def spans(held: Property) -> set[tuple[str, str]]:
    return {
        (span["startDate"], span["endDate"]) for body in held.asked for span in body["dateRanges"]
    }


def test_no_report_asks_for_more_than_a_request_may_hold() -> None:
    for report in REPORTS:
        assert len(report.dimensions) + 1 <= MOST_DIMENSIONS
        assert len(report.metrics) <= MOST_METRICS


def test_values_are_named_by_their_place_and_days_stay_days() -> None:
    found = run(Property(), config={"first_day": "2026-07-01"})
    assert rows(found, "channel_days") == [
        {
            "property_id": "31",
            "date": "2026-07-01",
            "session_default_channel_group": "Direct",
            "session_source": "(direct)",
            "session_medium": "(none)",
            "session_campaign_name": "c0",
            "sessions": "2",
            "engaged_sessions": "2",
            "total_users": "2",
            "new_users": "2",
            "screen_page_views": "2",
            "key_events": "2",
            "user_engagement_duration": "2",
        }
    ]


def test_columns_in_another_order_than_asked_for_stop_the_load() -> None:
    held = Property()
    held.spoil = lambda body: {**body, "metricHeaders": body["metricHeaders"][::-1]}
    with pytest.raises(PageBroken, match="other columns came"):
        run(held)


def test_a_row_that_lacks_a_value_stops_the_load() -> None:
    held = Property()

    def cut(body: dict[str, Any]) -> dict[str, Any]:
        body["rows"][0]["metricValues"].pop()
        return body

    held.spoil = cut
    with pytest.raises(PageBroken, match="values"):
        run(held)


def test_a_report_of_many_rows_is_read_to_its_declared_total(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ga4, "PAGE", 4)
    held = Property(rows=3)
    found = run(held, config={"first_day": "2026-06-30"})
    assert len(rows(found, "channel_days")) == 6
    asked = [body["offset"] for body in held.asked if len(body["dimensions"]) == 5]
    assert asked == ["0", "4"]
    (page,) = [each for each in found if isinstance(each, Page) and each.table == "channel_days"]
    assert page.units == (("31", date(2026, 6, 30)), ("31", date(2026, 7, 1)))


def test_rows_that_are_missing_once_are_asked_for_again() -> None:
    held = Property(rows=3)
    struck = iter([True])

    def lose(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "rows": body["rows"][1:]} if next(struck, False) else body

    held.spoil = lose
    assert len({row["date"] for row in rows(run(held), "day_totals")}) == 7


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: {**body, "rows": body["rows"][1:]},
        lambda body: {**body, "rows": []},
        lambda body: {**body, "rows": None},
        lambda body: {},
        lambda body: [],
        lambda body: {"error": {"message": "backend"}},
    ],
)
def test_an_answer_that_is_not_what_it_claims_stops_the_load(spoil: Any) -> None:
    held = Property(rows=2)
    held.spoil = spoil
    with pytest.raises(PageBroken):
        run(held)


def test_a_report_without_a_row_is_empty_and_its_days_are_covered() -> None:
    held = Property()
    held.spoil = lambda body: {"metadata": {"emptyReason": "NO_DATA"}, "kind": body["kind"]}
    found = run(held, config={"first_day": "2026-07-01"})
    (page,) = [each for each in found if isinstance(each, Page) and each.table == "channel_days"]
    assert (page.rows, page.units) == ([], (("31", date(2026, 7, 1)),))
    assert {row["empty_reason"] for row in rows(found, "report_days")} == {"NO_DATA"}


def test_what_google_says_of_a_request_stands_on_each_of_its_days() -> None:
    held = Property()
    held.metadata |= {
        "subjectToThresholding": True,
        "dataLossFromOtherRow": True,
        "samplingMetadatas": [{"samplesReadCount": "7", "samplingSpaceSize": "10"}],
    }
    found = rows(run(held, config={"first_day": "2026-06-30"}), "report_days")
    assert len(found) == 2 * len(REPORTS)
    for row in found:
        assert row["is_thresholded"]
        assert row["has_other_row"]
        assert row["is_sampled"]
        assert not row["is_truncated"]
        assert (row["samples_read"], row["sampling_space"]) == ("7", "10")
        assert (row["time_zone"], row["currency_code"]) == ("Europe/Berlin", "EUR")
        assert (row["asked_from"], row["asked_to"]) == (date(2026, 6, 30), date(2026, 7, 1))


def test_what_is_left_of_the_tokens_is_kept() -> None:
    (row,) = rows(run(Property()), "quotas")
    assert row["tokens_per_day__remaining"] == 1234
    assert row["observed_at"] == NOW


@pytest.mark.parametrize(
    ("more", "first"),
    [({}, "2026-06-28"), ({"sweep_due": True}, "2026-06-17"), ({"full": True}, "2026-06-25")],
)
def test_three_days_are_read_again_and_fourteen_every_week(more: Any, first: str) -> None:
    held = Property()
    run(held, state={"cursor:days": "2026-06-30"}, **more)
    assert spans(held) == {(first, "2026-07-01")}


def test_after_a_pause_what_was_young_at_the_last_load_is_read_again() -> None:
    held = Property()
    run(held, state={"cursor:days": "2026-06-10"})
    assert spans(held) == {("2026-06-08", "2026-07-01")}


def test_history_is_asked_for_four_weeks_at_a_time() -> None:
    held = Property()
    run(held, config={"first_day": "2026-05-20"})
    assert spans(held) == {("2026-05-20", "2026-06-16"), ("2026-06-17", "2026-07-01")}


def test_a_backfill_reads_its_days_and_moves_no_cursor() -> None:
    held, state = Property(), {"cursor:days": "2026-06-30"}
    run(held, state=state, window=(date(2026, 3, 1), date(2026, 3, 2)))
    assert spans(held) == {("2026-03-01", "2026-03-02")}
    assert state == {"cursor:days": "2026-06-30"}


APP = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}
TOKEN = Answer({"access_token": "fresh"})


def http(vendor: Vendor, stopped: StoppedClock) -> Session:
    config = {"base_url": vendor.url, "token_url": f"{vendor.url}/token", **APP}
    return ga4.session(config, stopped.clock)


def spent(message: str) -> Answer:
    return Answer({"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED"}}, 429)


def test_used_up_tokens_stop_the_load_at_once(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(TOKEN, spent("Exhausted property tokens for a project per hour."))
    with pytest.raises(RequestFailed, match="limit is used up"):
        http(vendor, stopped).post("/v1beta/properties/31:runReport", {})
    assert len(vendor.seen) == 2


def test_too_many_requests_at_one_time_wait(vendor: Vendor, stopped: StoppedClock) -> None:
    told = spent("Exhausted concurrent requests quota. Please send fewer requests concurrently.")
    vendor.says(TOKEN, told, Answer({"kind": "x"}))
    assert http(vendor, stopped).post("/v1beta/properties/31:runReport", {}) == {"kind": "x"}


def test_server_errors_are_not_asked_for_until_the_project_is_shut_out(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(TOKEN, Answer({}, 503))
    with pytest.raises(RequestFailed, match="3 times over"):
        http(vendor, stopped).post("/v1beta/properties/31:runReport", {})


def test_a_token_that_ran_out_is_renewed_once(vendor: Vendor, stopped: StoppedClock) -> None:
    refused = Answer({"error": {"status": "UNAUTHENTICATED"}}, 401)
    vendor.says(TOKEN, refused, Answer({"access_token": "newer"}), Answer({"kind": "x"}))
    http(vendor, stopped).post("/v1beta/properties/31:runReport", {})
    assert vendor.seen[-1][2]["Authorization"] == "Bearer newer"
