"""The vendors' own clients read the sandbox, and see what our connectors loaded."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import hubspot
import mailchimp_marketing
import pytest
from google.ads.googleads.v26.enums.types.campaign_status import CampaignStatusEnum
from google.ads.googleads.v26.services.types.google_ads_service import (
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)
from google.protobuf import json_format
from hubspot import HubSpot
from hubspot.crm.deals import PublicObjectSearchRequest
from live_sandbox import Live

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(
    served: Live, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """Load each source once, and return a query over what was loaded."""
    home = tmp_path_factory.mktemp("loaded")
    done: set[str] = set()

    def query(source: str, sql: str) -> list[tuple[Any, ...]]:
        if source not in done:
            served.load(source, home)
            done.add(source)
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    return query


def _hubspot() -> HubSpot:
    return HubSpot(access_token="sandbox-hubspot-token")


def _pointed(api: Any, live: Live) -> Any:
    """Point one of HubSpot's clients at the sandbox, with its own checks of the answers on."""
    api.api_client.configuration.host = live.base
    api.api_client.configuration.client_side_validation = True
    return api


def _utc(instant: datetime) -> datetime:
    """The instant as raw tables hold it: UTC without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def _every(api: Any, **asked: Any) -> list[Any]:
    found, after = [], None
    while True:
        page = api.get_page(limit=50, after=after, **asked)
        found += page.results
        if page.paging is None or page.paging.next is None:
            return found
        after = page.paging.next.after


@pytest.mark.parametrize(
    ("object_", "shown"),
    [
        ("contacts", ["email", "lifecyclestage"]),
        ("companies", ["name", "domain"]),
        ("deals", ["dealname", "amount"]),
    ],
)
@pytest.mark.parametrize("archived", [False, True])
def test_hubspots_client_lists_the_records_that_were_loaded(
    served: Live, loaded: Any, object_: str, shown: list[str], archived: bool
) -> None:
    api = _pointed(getattr(_hubspot().crm, object_).basic_api, served)

    records = _every(api, properties=shown, archived=archived)

    seen = {
        (each.id, _utc(each.updated_at), *(each.properties[name] for name in shown))
        for each in records
    }
    columns = ", ".join(f"properties__{name}" for name in shown)
    held = loaded(
        "hubspot",
        f"select id, updated_at, {columns} from raw_hubspot.{object_}"
        f" where _dlt_valid_to is null and not is_deleted and archived = {archived}",
    )
    assert len(seen) == len(records)
    assert seen == set(held)
    assert seen or archived


def test_hubspots_client_searches_the_deals_that_were_loaded(served: Live, loaded: Any) -> None:
    api = _pointed(_hubspot().crm.deals.search_api, served)
    asked = PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "dealstage", "operator": "EQ", "value": "closedwon"}]}
        ],
        sorts=["hs_object_id"],
        properties=["amount"],
        limit=100,
        after="0",
    )

    answer = api.do_search(asked)

    held = loaded(
        "hubspot",
        "select id, properties__amount from raw_hubspot.deals where _dlt_valid_to is null"
        " and not is_deleted and not archived and properties__dealstage = 'closedwon'",
    )
    assert answer.total == len(held) > 0
    assert {(each.id, each.properties["amount"]) for each in answer.results} == set(held[:100])


def test_hubspots_client_sees_the_stage_history_that_was_loaded(served: Live, loaded: Any) -> None:
    api = _pointed(_hubspot().crm.deals.basic_api, served)

    records = _every(api, properties_with_history=["dealstage"])

    seen = {
        (each.id, change.value, _utc(change.timestamp))
        for each in records
        for change in each.properties_with_history["dealstage"]
    }
    held = loaded(
        "hubspot",
        "select object_id, value, changed_at from raw_hubspot.property_history"
        " join raw_hubspot.deals on id = object_id and _dlt_valid_to is null"
        " and not is_deleted and not archived where property = 'dealstage'",
    )
    assert seen == set(held)
    assert seen


def test_hubspots_client_sees_the_associations_that_were_loaded(served: Live, loaded: Any) -> None:
    held = loaded(
        "hubspot",
        "select from_id, to_id, type_id from raw_hubspot.associations where from_object = 'deals'"
        " and to_object = 'contacts' and _dlt_valid_to is null and not is_deleted",
    )
    api = _pointed(_hubspot().crm.associations.v4.batch_api, served)
    inputs = [{"id": each} for each in sorted({row[0] for row in held})]

    answer = api.get_page("deals", "contacts", {"inputs": inputs})

    seen = {
        (each._from.id, str(to.to_object_id), str(kind.type_id))
        for each in answer.results
        for to in each.to
        for kind in to.association_types
    }
    assert seen == set(held)
    assert seen


def test_hubspots_client_sees_the_owners_and_stages_that_were_loaded(
    served: Live, loaded: Any
) -> None:
    owners = _pointed(_hubspot().crm.owners.owners_api, served).get_page().results
    pipelines = _pointed(_hubspot().crm.pipelines.pipelines_api, served).get_all("deals").results

    held = loaded("hubspot", "select id, email from raw_hubspot.owners where not archived")
    assert {(each.id, each.email) for each in owners} == set(held)
    stages = {(each.id, stage.id, stage.label) for each in pipelines for stage in each.stages}
    held = loaded("hubspot", "select pipeline_id, stage_id, label from raw_hubspot.deal_stages")
    assert stages == set(held)


def test_hubspots_client_is_refused_with_a_wrong_token(served: Live) -> None:
    api = _pointed(HubSpot(access_token="wrong").crm.contacts.basic_api, served)

    with pytest.raises(hubspot.crm.contacts.ApiException) as refused:
        api.get_page()

    assert refused.value.status == 401


@pytest.fixture
def mailchimp(served: Live) -> mailchimp_marketing.Client:
    client = mailchimp_marketing.Client()
    client.set_config({"api_key": "sandboxkey-us21", "server": "us21"})
    client.api_client.host = f"{served.base}/3.0"
    return client


def _pages(call: Any, *ids: str, name: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = call(*ids, count=100, offset=len(found), **asked)
        found += page[name]
        if len(found) >= page["total_items"]:
            return found


def test_mailchimps_client_lists_the_members_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    lists = mailchimp.lists.get_all_lists()["lists"]

    members = [
        (each["id"], member["id"], member["email_address"], member["status"])
        for each in lists
        for member in _pages(mailchimp.lists.get_list_members_info, each["id"], name="members")
    ]

    held = loaded(
        "mailchimp",
        "select list_id, id, email_address, status from raw_mailchimp.members"
        " where _dlt_valid_to is null and not is_deleted",
    )
    assert len(members) == len(set(members)) > 0
    assert set(members) == set(held)


def test_mailchimps_client_asks_for_fields_and_gets_only_those(
    mailchimp: mailchimp_marketing.Client,
) -> None:
    list_id = mailchimp.lists.get_all_lists()["lists"][0]["id"]

    page = mailchimp.lists.get_list_members_info(
        list_id, fields=["members.id", "members.merge_fields.FNAME", "total_items"], count=3
    )

    assert set(page) == {"members", "total_items"}
    assert all(set(each) == {"id", "merge_fields"} for each in page["members"])
    assert all(set(each["merge_fields"]) == {"FNAME"} for each in page["members"])


def test_mailchimps_client_sees_the_campaigns_and_reports_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    campaigns = _pages(mailchimp.campaigns.list, name="campaigns")
    reports = [mailchimp.reports.get_campaign_report(each["id"]) for each in campaigns]

    held = loaded(
        "mailchimp",
        "select id, emails_sent from raw_mailchimp.campaigns where _dlt_valid_to is null",
    )
    assert {(each["id"], each["emails_sent"]) for each in campaigns} == set(held)
    held = loaded(
        "mailchimp",
        "select id, opens__opens_total, clicks__clicks_total, bounces__hard_bounces"
        " from raw_mailchimp.reports where _dlt_valid_to is null",
    )
    assert {
        (
            each["id"],
            each["opens"]["opens_total"],
            each["clicks"]["clicks_total"],
            each["bounces"]["hard_bounces"],
        )
        for each in reports
    } == set(held)


def test_mailchimps_client_sees_the_mails_and_actions_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    api = mailchimp.reports
    sent, actions, left = set(), [], set()
    for campaign in _pages(mailchimp.campaigns.list, name="campaigns"):
        id_ = campaign["id"]
        for each in _pages(api.get_campaign_recipients, id_, name="sent_to"):
            sent.add((id_, each["email_id"], each["status"]))
        for each in _pages(api.get_email_activity_for_campaign, id_, name="emails"):
            actions += [(id_, each["email_id"], one["action"]) for one in each["activity"]]
        for each in _pages(api.get_unsubscribed_list_for_campaign, id_, name="unsubscribes"):
            left.add((id_, each["email_id"]))

    assert sent
    assert actions
    assert sent == set(
        loaded(
            "mailchimp",
            "select campaign_id, email_id, status from raw_mailchimp.sent_to"
            " where _dlt_valid_to is null and not is_deleted",
        )
    )
    held = loaded(
        "mailchimp", "select campaign_id, email_id, action from raw_mailchimp.email_activity"
    )
    assert sorted(actions) == sorted(held)
    assert left == set(
        loaded("mailchimp", "select campaign_id, email_id from raw_mailchimp.unsubscribes")
    )


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
