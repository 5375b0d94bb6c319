"""HubSpot's e-mails, campaigns, lists and forms as the connector reads them."""

from datetime import timedelta
from typing import Any

import pytest
from hubspot_account import NOW, Account, iso, read, rows

from ingestion.contract import Page, Sweep
from ingestion.errors import LoadFailed, PageBroken
from ingestion.sources.hubspot import HUBSPOT
from ingestion.sources.hubspot.api import CAMPAIGNS, EMAILS, FORMS, LISTS
from ingestion.typed import type_rows

OLD = NOW - timedelta(days=90)


def email(id_: str, **stats: int) -> dict[str, Any]:
    return {
        "id": id_,
        "name": f"Mail {id_}",
        "state": "PUBLISHED",
        "from": {"fromName": "Us", "replyTo": "us@corp.example"},
        "createdAt": iso(OLD),
        "updatedAt": iso(OLD),
        "archived": False,
        "stats": {"counters": stats} if stats else None,
    }


def test_an_email_comes_with_its_totals_and_a_draft_without() -> None:
    account = Account()
    account.marketing[EMAILS] = {"results": [email("1", sent=90, open=40), email("2")], "total": 2}

    items = read(account)

    assert {row["id"] for row in rows(items, "marketing_emails")} == {"1", "2"}
    totals = rows(items, "marketing_email_totals")
    assert {(row["email_id"], row["sent"], row["open"], row["click"]) for row in totals} == {
        ("1", 90, 40, None)
    }
    assert rows(items, "marketing_emails")[0]["from__reply_to"] == "us@corp.example"
    assert account.params[EMAILS]["includeStats"] == "true"


def test_fewer_emails_than_announced_stop_the_load() -> None:
    account = Account()
    account.marketing[EMAILS] = {"results": [email("1")], "total": 2}
    with pytest.raises(PageBroken, match="of 2 rows announced 1 came"):
        read(account)


def test_a_list_that_states_no_total_where_it_should_stops_the_load() -> None:
    account = Account()
    account.marketing[EMAILS] = {"results": [email("1")]}
    with pytest.raises(PageBroken, match="states no total"):
        read(account)


def campaign(id_: str, updated: Any = OLD, **properties: str) -> dict[str, Any]:
    named = {"hs_name": f"Campaign {id_}", **properties}
    times = {"createdAt": iso(OLD), "updatedAt": iso(updated)}
    return {"id": id_, "properties": named, "businessUnits": [], **times}


def item(id_: str, amount: float) -> dict[str, Any]:
    stamps = {"createdAt": 1780000000000, "updatedAt": 1780000000000}
    return {"id": id_, "name": "Media", "order": 0, "amount": amount, **stamps}


def money(budget: list[dict], spend: list[dict], **more: Any) -> dict[str, Any]:
    return {
        "budgetItems": budget,
        "spendItems": spend,
        "currencyCode": "EUR",
        "budgetTotal": sum(each["amount"] for each in budget),
        "spendTotal": sum(each["amount"] for each in spend),
        **more,
    }


@pytest.fixture
def with_campaign() -> Account:
    account = Account()
    account.marketing[CAMPAIGNS] = {"results": [campaign("c1")], "total": 1}
    account.marketing[f"{CAMPAIGNS}/c1/budget/totals"] = money([item("b", 100.5)], [item("s", 7)])
    return account


def test_a_campaign_comes_with_every_property_and_its_budget_and_spend(
    with_campaign: Account,
) -> None:
    items = read(with_campaign)

    found = rows(items, "campaigns")[0]
    assert found["properties__hs_name"] == "Campaign c1"
    # A property without a value is left out by the vendor; it would count as vanished.
    assert found["properties__hs_utm"] is None
    assert not type_rows(HUBSPOT.table("campaigns"), [found], 0).drift
    spent = [(row["kind"], row["item_id"], row["amount"]) for row in rows(items, "campaign_items")]
    assert spent == [("budget", "b", 100.5), ("spend", "s", 7)]
    assert rows(items, "campaign_items")[0]["currency_code"] == "EUR"


def test_money_is_asked_for_of_campaigns_that_changed_and_of_all_at_a_sweep(
    with_campaign: Account,
) -> None:
    state: dict[str, Any] = {}
    read(with_campaign, state)
    state["cursor:campaigns"] = NOW.isoformat()
    asked = f"GET {CAMPAIGNS}/c1/budget/totals"

    with_campaign.calls.clear()
    read(with_campaign, dict(state))
    assert asked not in with_campaign.calls
    read(with_campaign, dict(state), sweep_due=True)
    assert with_campaign.calls.count(asked) == 1
    with_campaign.marketing[CAMPAIGNS] = {"results": [campaign("c1", NOW)], "total": 1}
    read(with_campaign, dict(state))
    assert with_campaign.calls.count(asked) == 2


@pytest.mark.parametrize("total", ["budgetTotal", "spendTotal"])
def test_items_that_do_not_add_up_stop_the_load(with_campaign: Account, total: str) -> None:
    path = f"{CAMPAIGNS}/c1/budget/totals"
    with_campaign.marketing[path][total] = 300.25
    with pytest.raises(PageBroken, match="30025 cents"):
        read(with_campaign)


def test_a_deleted_campaign_is_missing_from_the_sweep_of_each_load(with_campaign: Account) -> None:
    sweeps = [each for each in read(with_campaign) if isinstance(each, Sweep)]
    assert [each.keys for each in sweeps if each.table == "campaigns"] == [{("c1",)}]


def test_campaigns_that_all_vanish_at_once_stop_the_load(with_campaign: Account) -> None:
    state: dict[str, Any] = {}
    read(with_campaign, state)
    with_campaign.marketing[CAMPAIGNS] = {"results": [], "total": 0}
    with pytest.raises(LoadFailed, match="hubspot campaigns: the list came empty"):
        read(with_campaign, state)


def a_list(id_: str, size: int, moved: Any = OLD, **more: Any) -> dict[str, Any]:
    stamp = str(int(moved.timestamp() * 1000))
    told = {"hs_list_size": str(size), "hs_last_record_added_at": stamp}
    return {"listId": id_, "name": f"List {id_}", "additionalProperties": {**told, **more}}


def members(*ids: int) -> dict[str, Any]:
    return {
        "results": [{"recordId": str(each), "membershipTimestamp": iso(OLD)} for each in ids],
        "total": len(ids),
    }


@pytest.fixture
def with_lists() -> Account:
    account = Account()
    account.marketing["lists"] = [a_list("7", 2), a_list("8", 1)]
    account.marketing[f"{LISTS}/7/memberships"] = members(1, 2)
    account.marketing[f"{LISTS}/8/memberships"] = members(2)
    return account


def test_each_list_is_a_unit_of_its_members(with_lists: Account) -> None:
    items = read(with_lists)

    found = {(row["list_id"], row["record_id"]) for row in rows(items, "list_memberships")}
    assert found == {("7", "1"), ("7", "2"), ("8", "2")}
    pages = [each for each in items if isinstance(each, Page) and each.table == "list_memberships"]
    assert [each.units for each in pages] == [(("7",),), (("8",),)]
    assert rows(items, "lists")[0]["additional_properties__hs_list_size"] == "2"


def test_only_lists_that_somebody_joined_or_left_are_read_again(with_lists: Account) -> None:
    state: dict[str, Any] = {}
    read(with_lists, state)
    left = str(int(NOW.timestamp() * 1000))
    with_lists.marketing["lists"][1] = a_list("8", 1, hs_last_record_removed_at=left)

    items = read(with_lists, state)

    assert {row["list_id"] for row in rows(items, "list_memberships")} == {"8"}
    items = read(with_lists, state, sweep_due=True)
    assert {row["list_id"] for row in rows(items, "list_memberships")} == {"7", "8"}


def test_a_list_of_a_size_without_members_stops_the_load(with_lists: Account) -> None:
    with_lists.marketing[f"{LISTS}/7/memberships"] = members()
    with pytest.raises(PageBroken, match="2 records were announced and none came"):
        read(with_lists)


def test_nobody_is_on_a_list_that_is_empty_or_gone(with_lists: Account) -> None:
    state: dict[str, Any] = {}
    read(with_lists, state)
    with_lists.marketing["lists"] = [a_list("7", 0, NOW)]
    with_lists.marketing[f"{LISTS}/7/memberships"] = members()

    sweeps = [each for each in read(with_lists, state) if isinstance(each, Sweep)]

    assert Sweep("list_memberships", frozenset(), (("list_id", "7"),)) in sweeps
    assert Sweep("list_memberships", frozenset(), (("list_id", "8"),)) in sweeps
    assert Sweep("lists", frozenset({("7",)})) in sweeps


def test_memberships_are_left_out_where_they_are_not_wanted(with_lists: Account) -> None:
    items = read(with_lists, config={"list_memberships": False})
    assert len(rows(items, "lists")) == 2
    assert rows(items, "list_memberships") == []


def field(name: str, *behind: dict[str, Any]) -> dict[str, Any]:
    asked = {"name": name, "label": name.title(), "fieldType": "single_line_text"}
    dependent = [{"dependentCondition": {}, "dependentField": each} for each in behind]
    return {"objectTypeId": "0-1", "required": True, **asked, "dependentFields": dependent}


def test_form_fields_come_in_their_order_those_behind_a_choice_too() -> None:
    form = {
        "id": "f1",
        "name": "Demo",
        "formType": "captured",
        "fieldGroups": [
            {"fields": [field("email"), field("source", field("other", field("where")))]},
            {"fields": [field("message")]},
        ],
    }
    account = Account()
    account.marketing[FORMS] = {"results": [form]}

    found = [row for row in rows(read(account), "form_fields") if row["form_id"] == "f1"]

    told = [(row["position"], row["name"], row["is_dependent"]) for row in found[:5]]
    assert told == [
        (1, "email", False),
        (2, "source", False),
        (3, "other", True),
        (4, "where", True),
        (5, "message", False),
    ]
    assert account.params[FORMS]["formTypes"] == "all"
