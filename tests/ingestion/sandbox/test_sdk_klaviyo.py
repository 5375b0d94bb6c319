"""Klaviyo's specification and its own client judge the sandbox, and what was loaded of it."""

import json
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from klaviyo_api import KlaviyoAPI
from live_sandbox import Live
from vendor_schemas import klaviyo_judge

pytestmark = pytest.mark.slow
HEADERS = {"Authorization": "Klaviyo-API-Key pk_sandbox", "revision": "2026-07-15"}
# Document, path in it, and the path that is asked.
GETS = (
    ("profiles", "/api/profiles", "/api/profiles?page[size]=5&sort=updated"),
    (
        "profiles",
        "/api/profiles",
        "/api/profiles?page[size]=100&additional-fields[profile]=subscriptions",
    ),
    ("lists", "/api/lists", "/api/lists"),
    ("lists", "/api/lists/{id}/profiles", "/api/lists/KlList/profiles?page[size]=100"),
    ("segments", "/api/segments", "/api/segments"),
    ("segments", "/api/segments/{id}/profiles", "/api/segments/KlSegm/profiles"),
    (
        "campaigns",
        "/api/campaigns",
        "/api/campaigns?filter=equals(messages.channel,'email')&include=campaign-messages",
    ),
    ("flows", "/api/flows", "/api/flows"),
    ("metrics", "/api/metrics", "/api/metrics"),
    ("events", "/api/events", "/api/events?page[size]=1000&sort=datetime"),
)
REPORT = {
    "data": {
        "type": "campaign-values-report",
        "attributes": {
            "statistics": ["opens", "recipients"],
            "timeframe": {"key": "last_365_days"},
            "conversion_metric_id": "KlOrdr",
        },
    }
}


@pytest.mark.parametrize(("document", "path", "asked"), GETS)
def test_every_answer_is_as_the_specification_says(
    served: Live, document: str, path: str, asked: str
) -> None:
    reply = served.ask("GET", asked.replace("[", "%5B").replace("]", "%5D"), **HEADERS)
    assert reply.status == 200, reply.body
    assert reply.json()["data"]
    klaviyo_judge(document, path, "get", reply.json())


def test_the_report_is_as_the_specification_says(served: Live) -> None:
    reply = served.ask(
        "POST", "/api/campaign-values-reports", REPORT, **HEADERS, Content_Type="application/json"
    )
    assert reply.json()["data"]["attributes"]["results"]
    klaviyo_judge("reporting", "/api/campaign-values-reports", "post", reply.json())


def test_the_specification_would_notice_a_field_that_is_missing(served: Live) -> None:
    body = served.ask("GET", "/api/lists", **HEADERS).json()
    del body["data"][0]["attributes"]
    with pytest.raises(jsonschema.ValidationError):
        klaviyo_judge("lists", "/api/lists", "get", body)


@pytest.fixture
def klaviyo(served: Live) -> KlaviyoAPI:
    return KlaviyoAPI("pk_sandbox", max_delay=1, max_retries=1, test_host=served.base)


def _field(record: Any, *names: str) -> Any:
    """The client gives models or dicts, by the depth."""
    for name in names:
        record = record[name] if isinstance(record, dict) else getattr(record, name)
    return record


def _all(call: Any, *ids: str, **asked: Any) -> list[Any]:
    found, cursor = [], None
    while True:
        page = call(*ids, **asked, **({"page_cursor": cursor} if cursor else {}))
        found += _field(page, "data")
        link = _field(page, "links", "next")
        if not link:
            return found
        # The client takes the link itself, but only one of https.
        cursor = unquote(link.split("page%5Bcursor%5D=")[-1])


def test_klaviyos_client_reads_the_people_that_were_loaded(klaviyo: Any, loaded: Any) -> None:
    people = _all(
        klaviyo.Profiles.get_profiles, page_size=10, additional_fields_profile=["subscriptions"]
    )
    members = _all(klaviyo.Lists.get_profiles_for_list, "KlList", page_size=10)

    held = loaded(
        "klaviyo",
        "select id, email, email_consent from raw_klaviyo.profiles"
        " where _dlt_valid_to is null and not is_deleted",
    )
    consent = ("attributes", "subscriptions", "email", "marketing", "consent")
    assert len(people) > 10
    assert {
        (_field(each, "id"), _field(each, "attributes", "email"), _field(each, *consent))
        for each in people
    } == set(held)
    assert {(_field(each, "id"),) for each in members} == set(
        loaded(
            "klaviyo",
            "select profile_id from raw_klaviyo.list_members"
            " where _dlt_valid_to is null and not is_deleted",
        )
    )


def test_klaviyos_client_reads_the_mails_and_events_that_were_loaded(
    klaviyo: Any, loaded: Any
) -> None:
    # Revision 2026-10-15, which the client models, gives campaigns another shape than 2026-07-15:
    # its request is sent, its answer read as it came.
    asked = klaviyo.Campaigns.get_campaigns_without_preload_content(
        filter="equals(messages.channel,'email')"
    )
    campaigns = json.loads(asked.data)["data"]
    events = _all(klaviyo.Events.get_events, page_size=200, sort="datetime")
    metrics = _all(klaviyo.Metrics.get_metrics)
    flows = _all(klaviyo.Flows.get_flows)

    def held(table: str, names: str) -> set[tuple[Any, ...]]:
        return set(loaded("klaviyo", f"select {names} from raw_klaviyo.{table}"))

    assert {(_field(each, "id"), _field(each, "attributes", "name")) for each in campaigns} == held(
        "campaigns", "id, name"
    )
    assert {(_field(each, "id"), _field(each, "attributes", "name")) for each in metrics} == held(
        "metrics", "id, name"
    )
    assert {(_field(each, "id"),) for each in flows} == held("flows", "id")
    told = {
        (
            _field(each, "id"),
            _field(each, "relationships", "metric", "data", "id"),
            _field(each, "relationships", "profile", "data", "id"),
            _field(each, "attributes", "timestamp"),
        )
        for each in events
    }
    assert len(told) > 50
    assert told == held("events", "id, metric_id, profile_id, epoch(datetime)::bigint")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/api/campaigns", 400),
        ("/api/profiles?page%5Bsize%5D=101", 400),
        ("/api/profiles?filter=greater-or-equal(updated,2026-01-01T00:00:00Z)", 400),
        ("/api/profiles/none", 404),
    ],
)
def test_the_sandbox_refuses_what_klaviyo_refuses(served: Live, asked: str, status: int) -> None:
    assert served.ask("GET", asked, **HEADERS).status == status


def test_a_request_without_a_revision_is_refused(served: Live) -> None:
    assert served.ask("GET", "/api/lists", Authorization=HEADERS["Authorization"]).status == 400
