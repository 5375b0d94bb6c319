"""Google Ads' own messages hold the sandbox's answers, strictly, and what our connector loaded."""

import json
import urllib.parse
import urllib.request
from typing import Any

import pytest
from google.ads.googleads.v26.enums.types.campaign_status import CampaignStatusEnum
from google.ads.googleads.v26.services.types.google_ads_service import (
    GoogleAdsRow,
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)
from google.protobuf import json_format
from live_sandbox import Live

from ingestion.sandbox.views.google_ads.gaql import FIELDS
from ingestion.sources.google_ads.query import fields_of
from ingestion.sources.google_ads.tables import CHANGES, CLICKS, CLIENTS, DAYS, ENTITIES, Asked

pytestmark = pytest.mark.slow


def _google(live: Live, method: str, query: str, account: str = "1234567890", **more: Any) -> bytes:
    secret = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
    }
    form = urllib.parse.urlencode(secret).encode()
    with urllib.request.urlopen(f"{live.base}/token", form) as answer:
        token = json.load(answer)["access_token"]
    reply = live.ask(
        "POST",
        f"/v26/customers/{account}/googleAds:{method}",
        {"query": query, **more},
        Authorization=f"Bearer {token}",
        developer_token="sandbox-developer",
        login_customer_id="1112223333",
    )
    assert reply.status == 200, reply.body
    return reply.body


def _streamed(live: Live, query: str) -> list[Any]:
    """Parse every chunk as the client library does: an unknown field or enum value is an error."""
    chunks = json.loads(_google(live, "searchStream", query))
    parsed = [
        json_format.Parse(json.dumps(chunk), SearchGoogleAdsStreamResponse.pb()())
        for chunk in chunks
    ]
    return [row for chunk in parsed for row in chunk.results]


_DAY = "segments.date, metrics.impressions, metrics.clicks, metrics.cost_micros"
_GRAINS = {
    "campaign": ("campaign.id", "campaign_stats", "campaign__id"),
    "ad_group": ("ad_group.id", "ad_group_stats", "ad_group__id"),
    "ad_group_ad": ("ad_group_ad.ad.id", "ad_stats", "ad_group_ad__ad__id"),
}


@pytest.mark.parametrize("resource", list(_GRAINS))
def test_the_google_ads_messages_hold_the_days_that_were_loaded(
    served: Live, loaded: Any, resource: str
) -> None:
    field, table, column = _GRAINS[resource]
    query = (
        f"SELECT {field}, {_DAY}, metrics.conversions FROM {resource}"
        " WHERE segments.date BETWEEN '2025-01-01' AND '2026-07-01' ORDER BY segments.date"
    )

    rows = _streamed(served, query)

    def named(row: Any) -> str:
        one = {
            "campaign": row.campaign,
            "ad_group": row.ad_group,
            "ad_group_ad": row.ad_group_ad.ad,
        }
        return str(one[resource].id)

    seen = {
        (
            named(row),
            row.segments.date,
            row.metrics.impressions,
            row.metrics.clicks,
            row.metrics.cost_micros,
            row.metrics.conversions,
        )
        for row in rows
    }
    held = loaded(
        "google_ads",
        f"select {column}, segments__date::varchar, metrics__impressions, metrics__clicks,"
        f" metrics__cost_micros, metrics__conversions from raw_google_ads.{table}"
        " where _dlt_valid_to is null and not is_deleted and customer__id = '1234567890'",
    )
    assert len(seen) == len(rows) > 0
    assert seen == set(held)


def test_the_google_ads_messages_hold_the_campaigns_that_were_loaded(
    served: Live, loaded: Any
) -> None:
    rows = _streamed(served, "SELECT campaign.id, campaign.name, campaign.status FROM campaign")

    seen = {
        (
            str(row.campaign.id),
            row.campaign.name,
            CampaignStatusEnum.CampaignStatus(row.campaign.status).name,
        )
        for row in rows
    }
    held = loaded(
        "google_ads",
        "select campaign__id, campaign__name, campaign__status from raw_google_ads.campaigns"
        " where _dlt_valid_to is null and not is_deleted and customer__id = '1234567890'",
    )
    assert seen == set(held)
    assert "REMOVED" in {status for _, _, status in seen}


def test_google_ads_search_pages_hold_what_the_stream_holds(served: Live) -> None:
    query = f"SELECT ad_group_ad.ad.id, {_DAY} FROM ad_group_ad"
    paged, token = [], ""
    while True:
        body = _google(served, "search", query, **({"pageToken": token} if token else {}))
        page = json_format.Parse(body, SearchGoogleAdsResponse.pb()())
        paged += page.results
        token = page.next_page_token
        if not token:
            break

    streamed = _streamed(served, query)
    assert [each.SerializeToString() for each in paged] == [
        each.SerializeToString() for each in streamed
    ]


def test_a_misspelt_google_field_would_be_noticed() -> None:
    chunk = json.dumps({"results": [{"metrics": {"costMicro": "1"}}]})

    with pytest.raises(json_format.ParseError):
        json_format.Parse(chunk, SearchGoogleAdsStreamResponse.pb()())


ALL = (CLIENTS, *ENTITIES, *DAYS, CHANGES, CLICKS)
# What a resource must be narrowed by before Google answers.
_NARROW = {
    "change_event": "change_event.change_date_time >= '2026-06-05' AND "
    "change_event.change_date_time <= '2026-07-01' LIMIT 10000",
}


@pytest.fixture(scope="module")
def click_day(loaded: Any) -> str:
    """The last day that has a click: Google answers for one day only."""
    query = (
        "select max(segments__date)::varchar from raw_google_ads.click_views"
        " where customer__id = '1234567890'"
    )
    ((day,),) = loaded("google_ads", query)
    return day


def _kind(path: str) -> tuple[str, bool]:
    """The proto's kind of a field, and whether it repeats; raises KeyError where there is none."""
    message, field = GoogleAdsRow.pb().DESCRIPTOR, None
    for part in path.split("."):
        fields = message.fields_by_name
        # Python may not call a field `type`; the query and the JSON do.
        field = fields[part] if part in fields else fields[f"{part}_"]
        message = field.message_type
    assert field is not None
    names = {field.TYPE_DOUBLE: "double", field.TYPE_BOOL: "bool", field.TYPE_INT64: "int64"}
    names |= {field.TYPE_STRING: "text", field.TYPE_ENUM: "text", field.TYPE_MESSAGE: "json"}
    return names[field.type], field.is_repeated


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.table.name)
def test_every_field_that_we_select_is_one_of_googles_and_of_its_type(asked: Asked) -> None:
    fits = {
        "double": {"double"},
        "bool": {"bool"},
        # Ids are text, whatever they are made of.
        "int64": {"bigint", "text"},
        "text": {"text", "date", "timestamp"},
        "json": {"json", "text"},
    }
    for field in fields_of(asked.table):
        kind, repeats = _kind(field)
        declared = asked.table.column(field.replace(".", "__")).type
        assert declared in ({"json"} if repeats else fits[kind]), field


def test_every_field_that_the_sandbox_answers_is_one_of_googles() -> None:
    for field in FIELDS:
        _kind(field)


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.table.name)
def test_the_google_ads_messages_hold_every_answer_strictly(
    served: Live, click_day: str, asked: Asked
) -> None:
    account = "1112223333" if asked is CLIENTS else "1234567890"
    narrow = {**_NARROW, "click_view": f"segments.date = '{click_day}'"}.get(asked.resource, "")
    query = f"SELECT {', '.join(fields_of(asked.table))} FROM {asked.resource}"
    query += f" WHERE {narrow}" if narrow else ""

    settings = {"searchSettings": {"returnTotalResultsCount": True}}
    page = json_format.Parse(
        _google(served, "search", query, account, **settings), SearchGoogleAdsResponse.pb()()
    )
    summary = {"summaryRowSetting": "SUMMARY_ROW_WITH_RESULTS"}
    chunks = [
        json_format.Parse(json.dumps(chunk), SearchGoogleAdsStreamResponse.pb()())
        for chunk in json.loads(_google(served, "searchStream", query, account, **summary))
    ]

    assert len(page.results) == min(page.total_results_count, 10_000) > 0
    assert sum(len(chunk.results) for chunk in chunks) == page.total_results_count
    if asked in DAYS:
        rows = [row for chunk in chunks for row in chunk.results]
        total = chunks[-1].summary_row.metrics
        assert total.cost_micros == sum(row.metrics.cost_micros for row in rows)
        assert total.conversions == pytest.approx(sum(row.metrics.conversions for row in rows))


def test_googles_clients_clicks_and_changes_are_those_that_were_loaded(
    served: Live, loaded: Any, click_day: str
) -> None:
    clients = json_format.Parse(
        _google(
            served,
            "search",
            "SELECT customer_client.id, customer_client.status FROM customer_client",
            "1112223333",
        ),
        SearchGoogleAdsResponse.pb()(),
    )
    clicks = _streamed(
        served,
        f"SELECT click_view.gclid, campaign.id FROM click_view WHERE segments.date = '{click_day}'",
    )
    changes = _streamed(
        served,
        "SELECT change_event.resource_name, change_event.change_date_time FROM change_event "
        f"WHERE {_NARROW['change_event']}",
    )

    assert {str(row.customer_client.id) for row in clients.results} == {
        row[0]
        for row in loaded(
            "google_ads", "select customer_client__id from raw_google_ads.customer_clients"
        )
    }
    assert {(row.click_view.gclid, str(row.campaign.id)) for row in clicks} == set(
        loaded(
            "google_ads",
            "select click_view__gclid, campaign__id from raw_google_ads.click_views"
            f" where segments__date = date '{click_day}' and customer__id = '1234567890'",
        )
    )
    assert {(row.change_event.resource_name, row.change_event.change_date_time) for row in changes}
    assert {
        (row.change_event.resource_name, row.change_event.change_date_time) for row in changes
    } == set(
        loaded(
            "google_ads",
            "select change_event__resource_name, change_event__change_date_time"
            " from raw_google_ads.change_events where customer__id = '1234567890'",
        )
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign.start_date FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT click_view.gclid FROM click_view", "EXPECTED_FILTER_ON_A_SINGLE_DAY"),
        (
            "SELECT click_view.gclid FROM click_view WHERE segments.date = '2026-01-01'",
            "DATE_TOO_OLD",
        ),
        ("SELECT change_event.campaign FROM change_event", "LIMIT_NOT_SPECIFIED"),
    ],
)
def test_the_sandbox_refuses_what_google_refuses(served: Live, query: str, code: str) -> None:
    with pytest.raises(AssertionError, match=code):
        _google(served, "search", query)
