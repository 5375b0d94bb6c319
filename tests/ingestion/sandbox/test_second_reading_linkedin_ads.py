"""LinkedIn Ads read a second time, by hand: no official client exists to be the judge.

The shapes are those of the examples on learn.microsoft.com (ads reporting, campaigns, creatives,
query tunnelling), typed off the page; nothing of the connector is used.
"""

import json
import urllib.error
import urllib.request
from datetime import date
from typing import Any

import pytest
from live_sandbox import Live

pytestmark = pytest.mark.slow

ACCOUNT = "507000123"
HEADERS = {
    "Authorization": "Bearer sandbox-linkedin-token",
    "LinkedIn-Version": "202606",
    "X-Restli-Protocol-Version": "2.0.0",
}
SPAN = "(start:(year:2026,month:5,day:1),end:(year:2026,month:6,day:30))"
OPEN = "_dlt_valid_to is null and not is_deleted"


def _get(live: Live, path: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(live.base + path, None, HEADERS)) as reply:
        return json.load(reply)


def _tunnelled(live: Live, query: str) -> Any:
    """The query as the body of a POST that says it is a GET."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-HTTP-Method-Override": "GET"}
    asked = urllib.request.Request(
        f"{live.base}/rest/adAnalytics", query.encode(), HEADERS | form, method="POST"
    )
    with urllib.request.urlopen(asked) as reply:
        return json.load(reply)


def _query(pivot: str, fields: str) -> str:
    return (
        f"q=analytics&pivot={pivot}&timeGranularity=DAILY&dateRange={SPAN}"
        f"&accounts=List(urn%3Ali%3AsponsoredAccount%3A{ACCOUNT})"
        f"&fields=dateRange,pivotValues,{fields}"
    )


@pytest.mark.parametrize("pivot", ["ACCOUNT", "CAMPAIGN", "CREATIVE"])
def test_the_days_of_a_pivot_are_those_that_were_loaded(
    served: Live, loaded: Any, pivot: str
) -> None:
    query = _query(pivot, "impressions,clicks,costInLocalCurrency,externalWebsiteConversions")

    answered = _get(served, f"/rest/adAnalytics?{query}")

    assert answered == _tunnelled(served, query)
    seen = set()
    for row in answered["elements"]:
        (urn,) = row["pivotValues"]
        assert urn.startswith(f"urn:li:sponsored{pivot.title()}:")
        assert row["dateRange"]["start"] == row["dateRange"]["end"]
        assert isinstance(row["costInLocalCurrency"], str)
        on = row["dateRange"]["start"]
        day = date(on["year"], on["month"], on["day"]).isoformat()
        counted = (row["impressions"], row["clicks"], row["externalWebsiteConversions"])
        seen.add((urn.rsplit(":", 1)[1], day, *counted, row["costInLocalCurrency"]))
    held = loaded(
        "linkedin_ads",
        "select entity_id, reported_on::varchar, impressions, clicks,"
        " external_website_conversions, cost_in_local_currency from raw_linkedin_ads.analytics"
        f" where pivot_name = '{pivot}' and reported_on between '2026-05-01' and '2026-06-30'"
        f" and {OPEN}",
    )
    assert seen == set(held)
    assert seen


@pytest.mark.parametrize(
    ("name", "finder", "table"),
    [("adCampaigns", "search", "campaigns"), ("creatives", "criteria", "creatives")],
)
def test_the_objects_are_those_that_were_loaded(
    served: Live, loaded: Any, name: str, finder: str, table: str
) -> None:
    found, token = [], ""
    while True:
        path = f"/rest/adAccounts/{ACCOUNT}/{name}?q={finder}&pageSize=2"
        body = _get(served, path + (f"&pageToken={token}" if token else ""))
        found += body["elements"]
        token = body["metadata"].get("nextPageToken", "")
        if not token:
            break

    def moved(row: Any) -> int:
        stamps = row.get("changeAuditStamps", {}).get("lastModified", {})
        return row.get("lastModifiedAt") or stamps["time"]

    status = "status" if name == "adCampaigns" else "intended_status"
    held = loaded(
        "linkedin_ads",
        f"select id, {status}, epoch_ms(last_modified_at) from raw_linkedin_ads.{table}"
        f" where {OPEN}",
    )
    seen = {
        (
            str(row["id"]).rsplit(":", 1)[-1],
            row["status" if name == "adCampaigns" else "intendedStatus"],
            moved(row),
        )
        for row in found
    }
    assert seen == set(held)
    assert "ARCHIVED" in {state for _, state, _ in seen}


def test_a_deleted_campaign_is_in_no_list_while_its_days_stay(served: Live, loaded: Any) -> None:
    held = loaded(
        "linkedin_ads",
        "select entity_id, count(*) from raw_linkedin_ads.analytics where pivot_name = 'CAMPAIGN'"
        f" and entity_id not in (select id from raw_linkedin_ads.campaigns) and {OPEN} group by 1",
    )
    assert [id_ for id_, _ in held] == ["202004"]
    assert held[0][1] > 100


def test_more_than_twenty_fields_are_refused(served: Live) -> None:
    fields = ",".join(["impressions"] * 19)
    with pytest.raises(urllib.error.HTTPError) as refused:
        _get(served, f"/rest/adAnalytics?{_query('CAMPAIGN', fields)}")
    assert refused.value.code == 400


def test_an_answer_is_cut_at_fifteen_thousand_without_a_sign(
    served: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sandbox.views.linkedin_ads.LIMIT", 10)
    body = _get(served, f"/rest/adAnalytics?{_query('CAMPAIGN', 'impressions')}")
    assert len(body["elements"]) == 10
    assert body["paging"]["links"] == []
    assert "total" not in body["paging"]
