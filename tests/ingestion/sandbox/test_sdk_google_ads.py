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

from ingestion.sources.google_ads import GOOGLE_ADS

pytestmark = pytest.mark.slow


def _google(live: Live, method: str, query: str, **more: Any) -> bytes:
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
        f"/v26/customers/1234567890/googleAds:{method}",
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
        " where _dlt_valid_to is null and not is_deleted",
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
        " where _dlt_valid_to is null and not is_deleted",
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


@pytest.mark.parametrize(
    "name", sorted({column.name for table in GOOGLE_ADS.tables for column in table.columns})
)
def test_every_field_that_is_asked_for_exists_in_the_version_that_is_spoken(name: str) -> None:
    message = GoogleAdsRow.pb().DESCRIPTOR
    for part in name.split("__"):
        assert message is not None
        field = message.fields_by_name.get(part) or message.fields_by_name.get(f"{part}_")
        assert field is not None, f"{name}: v26 has no {part}"
        message = field.message_type
