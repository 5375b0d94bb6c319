"""HubSpot's own client reads the sandbox, and sees the ids and values that our connector loaded."""

from datetime import UTC, datetime
from typing import Any

import hubspot
import pytest
from hubspot import HubSpot
from hubspot.crm.deals import PublicObjectSearchRequest
from live_sandbox import Live

pytestmark = pytest.mark.slow


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
