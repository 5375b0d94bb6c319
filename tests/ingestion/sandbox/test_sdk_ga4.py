"""Google's own client reads the sandbox's reports, and the discovery document knows its words."""

from datetime import date
from typing import Any

import pytest
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import (
    BetaAnalyticsDataRestTransport,
)
from google.analytics.data_v1beta.types import RunReportRequest
from google.api_core.exceptions import BadRequest, Forbidden
from google.oauth2.credentials import Credentials
from live_sandbox import Live
from vendor_schemas import google_judge

from ingestion.sources.ga4.reports import REPORTS, Report

pytestmark = pytest.mark.slow

OPEN = "where _dlt_valid_to is null and not is_deleted"


@pytest.fixture
def client(served: Live) -> BetaAnalyticsDataClient:
    transport = BetaAnalyticsDataRestTransport(
        host=served.base.removeprefix("http://"),
        credentials=Credentials("sandbox-access-token"),
        url_scheme="http",
    )
    return BetaAnalyticsDataClient(transport=transport)


def request(report: Report, first: str, last: str, **more: Any) -> RunReportRequest:
    return RunReportRequest(
        property="properties/310000001",
        date_ranges=[{"start_date": first, "end_date": last}],
        dimensions=[{"name": each} for each in ("date", *report.dimensions)],
        metrics=[{"name": each} for each in report.metrics],
        **more,
    )


def cells(row: Any) -> tuple[str, ...]:
    return tuple(each.value for each in (*row.dimension_values, *row.metric_values))


@pytest.mark.parametrize(
    "report", [each for each in REPORTS if not each.more], ids=lambda r: r.name
)
def test_googles_client_counts_what_was_loaded(
    client: BetaAnalyticsDataClient, loaded: Any, report: Report
) -> None:
    answer = client.run_report(request(report, "2025-01-01", "2026-07-01"))
    names = ["date", *(column.name for column in report.table.columns[2:])]
    held = loaded("ga4", f"select {', '.join(names)} from raw_ga4.{report.name} {OPEN}")

    def text(value: Any) -> str:
        if hasattr(value, "strftime"):
            return value.strftime("%Y%m%d")
        return str(int(value)) if isinstance(value, float) else str(value)

    assert len(answer.rows) == answer.row_count > 0
    seen = {cells(row) for row in answer.rows}
    assert seen == {tuple(map(text, row)) for row in held}


def test_googles_client_sees_the_key_events_that_were_loaded(
    client: BetaAnalyticsDataClient, loaded: Any
) -> None:
    (report,) = [each for each in REPORTS if each.more]
    answer = client.run_report(
        request(
            report,
            "2025-01-01",
            "2026-07-01",
            metric_filter={
                "filter": {
                    "field_name": "keyEvents",
                    "numeric_filter": {"operation": "GREATER_THAN", "value": {"int64_value": 0}},
                }
            },
        )
    )
    held = loaded("ga4", f"select sum(key_events), count(*) from raw_ga4.key_event_days {OPEN}")
    assert held == [(sum(int(row.metric_values[0].value) for row in answer.rows), answer.row_count)]


def test_googles_client_pages_by_offset_and_is_told_the_total(
    client: BetaAnalyticsDataClient,
) -> None:
    report = REPORTS[1]
    whole = client.run_report(request(report, "2026-01-01", "2026-06-30"))
    pages = [
        client.run_report(request(report, "2026-01-01", "2026-06-30", limit=10, offset=offset))
        for offset in range(0, whole.row_count, 10)
    ]
    assert {page.row_count for page in pages} == {whole.row_count}
    assert [cells(row) for page in pages for row in page.rows] == [cells(row) for row in whole.rows]


def test_googles_client_is_told_what_is_withheld_and_what_is_left(
    client: BetaAnalyticsDataClient, loaded: Any
) -> None:
    old = client.run_report(
        request(REPORTS[1], "2025-03-01", "2025-03-28", return_property_quota=True)
    )
    assert old.metadata.subject_to_thresholding
    assert old.metadata.time_zone == "America/New_York"
    assert old.property_quota.tokens_per_day.remaining > 0
    new = client.run_report(request(REPORTS[1], "2026-03-01", "2026-03-28"))
    assert not new.metadata.subject_to_thresholding
    flags = loaded(
        "ga4",
        "select distinct is_thresholded from raw_ga4.report_days "
        "where report = 'channel_days' and date between '2025-03-01' and '2025-03-28'",
    )
    assert flags == [(True,)]


def test_googles_client_is_refused_what_the_vendor_refuses(
    client: BetaAnalyticsDataClient,
) -> None:
    wide = request(REPORTS[0], "2026-06-01", "2026-06-02")
    wide.metrics = [{"name": "sessions"}] * 11
    with pytest.raises(BadRequest, match="9 dimensions"):
        client.run_report(wide)
    other = request(REPORTS[0], "2026-06-01", "2026-06-02")
    other.property = "properties/1"
    with pytest.raises(Forbidden):
        client.run_report(other)


def test_every_field_of_an_answer_is_one_of_googles_own(served: Live) -> None:
    """The discovery document is the vendor's word on names; the client would drop what is not."""
    reply = served.ask(
        "POST",
        "/v1beta/properties/310000001:runReport",
        REPORTS[2].asked(date(2025, 1, 1), date(2026, 6, 30), 100, 0),
        Authorization="Bearer sandbox-access-token",
    )
    body = google_judge(reply.json(), "analyticsdata.v1beta", "RunReportResponse")
    assert body["metadata"]["dataLossFromOtherRow"]
    for report in REPORTS:
        asked = report.asked(date(2026, 1, 1), date(2026, 1, 2), 1, 0)
        google_judge(asked, "analyticsdata.v1beta", "RunReportRequest")
