"""HubSpot's own client reads the sandbox, and sees the ids and values that our connector loaded.

hubspot-api-client 12.0.0 asks for the numbered addresses, our connector for those of 2026-03:

| thing | the client | our connector | why |
| --- | --- | --- | --- |
| objects, owners, pipelines, lists | `/crm/v3/...` | `/crm/.../2026-03` | v3 ends in 2027-09 |
| associations | `/crm/v4/associations` | `/crm/associations/2026-03` | v4 ends on 2027-03-30 |
| marketing e-mails | `/marketing/v3/emails` | `/marketing/emails/2026-03` | as the objects |
| campaigns | none | `/marketing/campaigns/2026-03` | the client has no campaigns |
| forms | `/marketing/v3/forms` | the same | the dated address is a beta |
| submissions | none | `/form-integrations/v1` | there is no other address |

The answers of both addresses are alike, which the last test of this file holds them to.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import hubspot
import pytest
from hubspot import HubSpot
from hubspot.crm.deals import PublicObjectSearchRequest
from live_sandbox import Live, serving

from ingestion.sandbox.company import DAY

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


@pytest.mark.parametrize(
    ("object_", "properties"),
    [
        (
            "contacts",
            ["lifecyclestage", "hubspot_owner_id", "hs_email_optout", "hs_legal_basis"],
        ),
        ("deals", ["dealstage", "hubspot_owner_id"]),
    ],
)
def test_hubspots_client_sees_the_history_that_was_loaded(
    served: Live, loaded: Any, object_: str, properties: list[str]
) -> None:
    api = _pointed(getattr(_hubspot().crm, object_).basic_api, served)

    records = _every(api, properties_with_history=properties)

    seen = {
        (each.id, name, change.value, _utc(change.timestamp), change.source_type, change.source_id)
        for each in records
        for name in properties
        for change in each.properties_with_history[name]
    }
    held = loaded(
        "hubspot",
        "select object_id, property, value, changed_at, source_type, source_id"
        f" from raw_hubspot.property_history join raw_hubspot.{object_} on id = object_id"
        " and _dlt_valid_to is null and not is_deleted and not archived"
        f" where object_type = '{object_}'",
    )
    assert seen == set(held)
    assert {row[1] for row in seen} == set(properties)


def test_hubspots_client_sees_the_history_of_owners_who_left(loaded: Any) -> None:
    moved = loaded(
        "hubspot",
        "select count(*) from (select object_id from raw_hubspot.property_history"
        " where object_type = 'deals' and property = 'hubspot_owner_id'"
        " group by object_id having count(*) > 1)",
    )
    assert moved[0][0] > 0


@pytest.mark.parametrize(
    ("from_object", "to_object", "labels"),
    [
        ("deals", "contacts", {None, "Decision maker"}),
        ("deals", "companies", {None, "Primary"}),
        ("contacts", "companies", {None, "Primary"}),
        ("tasks", "contacts", {None}),
    ],
)
def test_hubspots_client_sees_the_associations_and_labels_that_were_loaded(
    served: Live, loaded: Any, from_object: str, to_object: str, labels: set[str | None]
) -> None:
    held = loaded(
        "hubspot",
        "select from_id, to_id, category, type_id, label from raw_hubspot.associations"
        f" where from_object = '{from_object}' and to_object = '{to_object}'"
        " and _dlt_valid_to is null and not is_deleted",
    )
    api = _pointed(_hubspot().crm.associations.v4.batch_api, served)
    inputs = [{"id": each} for each in sorted({row[0] for row in held})]

    answer = api.get_page(from_object, to_object, {"inputs": inputs})

    seen = {
        (each._from.id, str(to.to_object_id), kind.category, str(kind.type_id), kind.label)
        for each in answer.results
        for to in each.to
        for kind in to.association_types
    }
    assert seen == set(held)
    assert {row[-1] for row in seen} == labels


@pytest.fixture(scope="module")
def larger() -> Iterator[Live]:
    """A company of enough people that some were merged, archived, restored and deleted."""
    with serving(seed=11, scale=0.15) as live:
        yield live


def test_hubspots_client_finds_neither_the_merged_nor_the_deleted(
    larger: Live, tmp_path: Path
) -> None:
    larger.load("hubspot", tmp_path)
    api = _pointed(_hubspot().crm.contacts.basic_api, larger)
    ends = {
        status: {
            each.key
            for each in larger.world.state.rows("hubspot", "contacts")
            if each.status == status
        }
        for status in ("merged", "deleted", "archived")
    }
    assert all(ends.values())

    live = {each.id for each in _every(api)}
    archived = {each.id for each in _every(api, archived=True)}

    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        held = connection.execute(
            "select id, archived, properties__hs_merged_object_ids from raw_hubspot.contacts"
        ).fetchall()
    assert {id_ for id_, is_archived, _ in held if not is_archived} == live
    assert {id_ for id_, is_archived, _ in held if is_archived} == archived == ends["archived"]
    named = {each for _, _, joined in held if joined for each in joined.split(";")}
    assert named == ends["merged"]
    for gone in (min(ends["merged"]), min(ends["deleted"])):
        with pytest.raises(hubspot.crm.contacts.ApiException) as refused:
            api.get_by_id(gone)
        assert refused.value.status == 404


def test_a_company_that_was_brought_back_is_live_with_the_dates_it_had(larger: Live) -> None:
    every = larger.world.ledger.changes
    back = {
        each.key
        for each in every
        if (each.object, each.status) == ("companies", "archived")
        and each.visible_from + 3 * DAY < larger.world.clock
    }
    api = _pointed(_hubspot().crm.companies.basic_api, larger)

    found = [api.get_by_id(each) for each in sorted(back)]

    assert found
    assert not any(each.archived for each in found)
    assert all(each.updated_at == each.created_at for each in found)


def test_hubspots_client_sees_the_owners_and_stages_that_were_loaded(
    served: Live, loaded: Any
) -> None:
    owners = _pointed(_hubspot().crm.owners.owners_api, served).get_page().results
    pipelines = _pointed(_hubspot().crm.pipelines.pipelines_api, served).get_all("deals").results

    left = _pointed(_hubspot().crm.owners.owners_api, served).get_page(archived=True).results

    held = loaded("hubspot", "select id, email, archived from raw_hubspot.owners")
    seen = {(each.id, each.email, each.archived) for each in (*owners, *left)}
    assert seen == set(held)
    assert {each.archived for each in (*owners, *left)} == {False, True}
    stages = {(each.id, stage.id, stage.label) for each in pipelines for stage in each.stages}
    held = loaded("hubspot", "select pipeline_id, stage_id, label from raw_hubspot.deal_stages")
    assert stages == set(held)


def test_hubspots_client_is_refused_with_a_wrong_token(served: Live) -> None:
    api = _pointed(HubSpot(access_token="wrong").crm.contacts.basic_api, served)

    with pytest.raises(hubspot.crm.contacts.ApiException) as refused:
        api.get_page()

    assert refused.value.status == 401


def test_hubspots_client_sees_the_marketing_emails_and_totals_that_were_loaded(
    served: Live, loaded: Any
) -> None:
    api = _pointed(_hubspot().marketing.emails.marketing_emails_api, served)

    emails = [
        each
        for archived in (False, True)
        for each in api.get_page(limit=100, include_stats=True, archived=archived).results
    ]

    seen = {
        (
            each.id,
            each.state,
            each.archived,
            each.campaign,
            _utc(each.updated_at),
            each.stats.counters["sent"] if each.stats else None,
            each.stats.counters["open"] if each.stats else None,
        )
        for each in emails
    }
    held = loaded(
        "hubspot",
        "select id, state, archived, campaign, updated_at, sent, open"
        " from raw_hubspot.marketing_emails as emails"
        " left join raw_hubspot.marketing_email_totals as totals"
        " on totals.email_id = emails.id and totals._dlt_valid_to is null"
        " where emails._dlt_valid_to is null",
    )
    assert seen == set(held)
    assert {each.archived for each in emails} == {False, True}


def test_hubspots_client_sees_the_lists_and_members_that_were_loaded(
    served: Live, loaded: Any
) -> None:
    lists = _pointed(_hubspot().crm.lists.lists_api, served)
    members = _pointed(_hubspot().crm.lists.memberships_api, served)

    found = lists.do_search({"count": 100, "additionalProperties": ["hs_list_size"]}).lists

    seen = {
        (each.list_id, one.record_id, _utc(one.membership_timestamp))
        for each in found
        for one in members.get_page(each.list_id, limit=250).results
    }
    held = loaded(
        "hubspot",
        "select list_id, record_id, joined_at from raw_hubspot.list_memberships"
        " where _dlt_valid_to is null and not is_deleted",
    )
    assert seen == set(held)
    sizes = {each.list_id: int(each.additional_properties["hs_list_size"]) for each in found}
    assert sum(sizes.values()) == len(seen) > 0
    held = loaded("hubspot", "select list_id from raw_hubspot.lists where not is_deleted")
    assert {each for (each,) in held} == set(sizes)


def test_hubspots_client_sees_the_form_fields_that_were_loaded(served: Live, loaded: Any) -> None:
    # The client's own checks want every display option of a form, which no reader needs.
    api = _pointed(_hubspot().marketing.forms.forms_api, served)
    api.api_client.configuration.client_side_validation = False

    forms = [
        each
        for archived in (False, True)
        for each in api.get_page(archived=archived, form_types=["all"]).results
    ]

    held = loaded("hubspot", "select id, name from raw_hubspot.forms where _dlt_valid_to is null")
    assert {(each.id, each.name) for each in forms} == set(held)
    seen = {
        (form.id, field.name, field.label)
        for form in forms
        for group in form.field_groups
        for field in group.fields
    }
    held = loaded(
        "hubspot",
        "select form_id, name, label from raw_hubspot.form_fields"
        " where _dlt_valid_to is null and not is_dependent",
    )
    assert seen == set(held)


TWINS = (
    ("GET", "/crm/v3/objects/contacts?limit=5", "/crm/objects/2026-03/contacts?limit=5"),
    ("GET", "/crm/v3/owners", "/crm/owners/2026-03"),
    ("GET", "/crm/v3/pipelines/deals", "/crm/pipelines/2026-03/deals"),
    ("POST", "/crm/v3/lists/search", "/crm/lists/2026-03/search"),
    ("GET", "/crm/v3/lists/42/memberships", "/crm/lists/2026-03/42/memberships"),
    ("GET", "/marketing/v3/emails", "/marketing/emails/2026-03"),
    ("GET", "/marketing/v3/campaigns", "/marketing/campaigns/2026-03"),
)


@pytest.mark.parametrize(("method", "numbered", "dated"), TWINS)
def test_both_addresses_of_a_thing_answer_alike(
    served: Live, method: str, numbered: str, dated: str
) -> None:
    key = {"Authorization": "Bearer sandbox-hubspot-token"}
    body = {} if method == "POST" else None
    old, new = (served.ask(method, path, body, **key) for path in (numbered, dated))
    assert (old.status, new.status) == (200, 200)
    assert old.json() == new.json()


@pytest.mark.parametrize(
    "path",
    ["/crm/objects/2026-04/contacts", "/crm/v4/objects/contacts", "/marketing/forms/2026-03"],
)
def test_an_address_that_the_vendor_never_released_is_not_found(served: Live, path: str) -> None:
    key = {"Authorization": "Bearer sandbox-hubspot-token"}
    assert served.ask("GET", path, **key).status == 404
