"""HubSpot as the connector reads it, against a small account held in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hubspot_account import NOW, Account, contact, iso, read, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import Page, Sweep
from ingestion.errors import PageBroken, RequestFailed
from ingestion.pipeline import load
from ingestion.sources import hubspot
from ingestion.sources.hubspot import HUBSPOT, paged, search
from ingestion.sources.hubspot.api import API
from ingestion.sources.hubspot.batch import answer_of
from ingestion.typed import type_rows


def test_the_first_load_lists_everything_with_stage_history() -> None:
    account = Account(*(contact(number) for number in range(1, 121)))
    items = read(account)

    assert len(rows(items, "contacts")) == 120
    assert rows(items, "contacts")[0]["properties__email"] == "p1@corp.example"
    history = rows(items, "property_history")
    assert len({row["event_id"] for row in history}) == 120
    assert history[0]["property"] == "lifecyclestage"


def test_the_next_load_searches_from_the_cursor_less_the_lag() -> None:
    account = Account(contact(1))
    state: dict[str, Any] = {}
    read(account, state)
    account.contacts += [
        contact(2, NOW - timedelta(days=30, minutes=9)),
        contact(3, NOW - timedelta(days=30, minutes=11)),
    ]
    account.calls.clear()
    items = read(account, state)

    assert {row["id"] for row in rows(items, "contacts")} == {"1", "2"}
    assert "POST /crm/objects/2026-03/contacts/batch/read" in account.calls


def test_a_search_goes_on_past_ten_thousand_results() -> None:
    account = Account(*(contact(number) for number in range(1, 10_151)))
    items = read(account, {"cursor:contacts": "2026-01-01T00:00:00.000+00:00"})
    assert len({row["id"] for row in rows(items, "contacts")}) == 10_150


@settings(max_examples=60, deadline=None)
@given(
    ids=st.sets(st.integers(1, 10**12), max_size=40),
    page=st.integers(1, 7),
    instants=st.integers(1, 3),
)
def test_no_record_is_lost_however_many_changed_in_one_instant(
    ids: set[int], page: int, instants: int
) -> None:
    """The cap stands at three pages, so that most of these searches would meet it."""
    at = [NOW - timedelta(days=each) for each in range(instants)]
    account = Account(*(contact(each, at[each % instants]) for each in sorted(ids)))
    account.cap = 3 * page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PAGE", page)
        items = read(account, {"cursor:contacts": "2026-01-01T00:00:00.000+00:00"})
    assert {int(row["id"]) for row in rows(items, "contacts")} == ids


def test_a_list_shorter_than_the_vendor_counts_stops_the_load() -> None:
    account = Account(*(contact(number) for number in range(1, 121)))
    account.hidden = 50
    with pytest.raises(PageBroken, match="120 rows were announced and 70 came"):
        read(account)


CHANGED = {"cursor:contacts": "2026-01-01T00:00:00.000+00:00"}


def test_a_contact_that_went_between_search_and_batch_is_no_fault() -> None:
    account = Account(contact(1), contact(2))
    account.unanswered = {"2"}
    found = account._search

    def searched(body: dict) -> dict:
        answer = found(body)
        account.contacts = [each for each in account.contacts if each["id"] != "2"]
        return answer

    account._search = searched  # type: ignore[method-assign]
    assert [row["id"] for row in rows(read(account, dict(CHANGED)), "contacts")] == ["1"]
    assert "GET /crm/objects/2026-03/contacts/2" in account.calls


def test_a_live_contact_that_a_batch_leaves_out_stops_the_load() -> None:
    account = Account(contact(1), contact(2))
    account.unanswered = {"2"}
    with pytest.raises(PageBroken, match="1 of the records asked for are missing"):
        read(account, dict(CHANGED))


def test_a_batch_may_name_what_is_gone_and_nothing_else() -> None:
    gone = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["7", "8"]}}
    assert answer_of({"results": [], "errors": [gone]}, "toy") == ([], {"7", "8"})
    with pytest.raises(PageBroken, match="incomplete"):
        answer_of({"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}, "toy")


def test_archived_contacts_are_read_every_time_and_stay_alive_in_the_sweep() -> None:
    account = Account(contact(1))
    gone = {**contact(2), "archived": True, "archivedAt": iso(NOW)}
    account.archived = [gone]
    items = read(account, sweep_due=True)

    assert [row["archived"] for row in rows(items, "contacts")] == [False, True]
    sweeps = {item.table: item.keys for item in items if isinstance(item, Sweep)}
    assert sweeps["contacts"] == {("1",), ("2",)}


def test_a_contact_that_left_the_archive_is_read_again_though_its_date_stands_still() -> None:
    account = Account(contact(1))
    account.archived = [{**contact(2), "archived": True, "archivedAt": iso(NOW)}]
    state: dict[str, Any] = {}
    read(account, state)
    account.archived.clear()
    account.contacts.append(contact(2))
    state["cursor:contacts"] = NOW.isoformat()

    found = rows(read(account, state), "contacts")

    assert [(row["id"], row["archived"]) for row in found] == [("2", False)]
    assert rows(read(account, state), "contacts") == []


def test_a_contact_that_left_the_archive_for_good_is_no_fault() -> None:
    account = Account(contact(1))
    account.archived = [{**contact(2), "archived": True, "archivedAt": iso(NOW)}]
    state: dict[str, Any] = {}
    read(account, state)
    account.archived.clear()
    state["cursor:contacts"] = NOW.isoformat()
    assert rows(read(account, state), "contacts") == []


def test_a_backfill_leaves_the_memory_of_the_archive_alone() -> None:
    account = Account(contact(1))
    state: dict[str, Any] = {"archived:contacts": ["2"]}
    read(account, state, window=(NOW.date(), NOW.date()))
    assert state == {"archived:contacts": ["2"]}


def test_properties_of_ones_own_land_as_json_and_are_no_drift() -> None:
    account = Account(contact(1, renewal_date="2027-01-01", favourite=None))
    asked = {"extra_properties": "renewal_date, favourite, email, deals.discount"}

    row = rows(read(account, config=asked), "contacts")[0]

    assert row["extra_properties"] == {"renewal_date": "2027-01-01"}
    assert row["properties__email"] == "p1@corp.example"
    assert not type_rows(HUBSPOT.table("contacts"), [row], 0).drift
    told = account.params["/crm/objects/2026-03/contacts"]["properties"].split(",")
    assert {"renewal_date", "favourite", "email"} < set(told)
    assert not [each for each in told if "discount" in each]
    assert len(told) == len(set(told))
    assert "discount" in account.params["/crm/objects/2026-03/deals"]["properties"].split(",")


def test_without_properties_of_ones_own_none_are_asked_for() -> None:
    row = rows(read(Account(contact(1))), "contacts")[0]
    assert row["extra_properties"] is None


def test_more_properties_than_an_address_carries_are_asked_for_in_parts() -> None:
    names = [f"a_rather_long_name_of_a_property_{number}" for number in range(1200)]
    account = Account(contact(1, **dict.fromkeys(names, "x")))

    row = rows(read(account, config={"extra_properties": names}), "contacts")[0]

    assert row["extra_properties"] == dict.fromkeys(names, "x")
    assert row["properties__email"] == "p1@corp.example"
    assert max(len(each["properties"]) for each in account.asked) <= paged.PROPERTY_CHARACTERS


def test_a_page_whose_parts_hold_different_records_stops_the_load() -> None:
    names = [f"a_rather_long_name_of_a_property_{number}" for number in range(1200)]
    account = Account(contact(1), contact(2))
    account.lost_with = names[-1]
    with pytest.raises(PageBroken, match="different records for different properties"):
        read(account, config={"extra_properties": names})


def test_every_address_is_of_the_one_version_that_is_stated() -> None:
    account = Account(contact(1), contact(2))
    read(account)
    read(account, dict(CHANGED), sweep_due=True)
    of_their_own = ("/marketing/v3/forms", "/form-integrations/v1/submissions/forms/")
    paths = {each.partition(" ")[2] for each in account.calls}
    others = {each for each in paths if f"/{API.version}" not in each}
    assert len(paths) > 20
    assert all(each.startswith(of_their_own) for each in others), others


def test_a_missing_scope_is_named_with_what_it_is_for() -> None:
    account = Account()
    account.refused = RequestFailed("403: marketing.campaigns.read. Grant it.", 403)
    with pytest.raises(RequestFailed) as refused:
        read(account)
    assert "marketing.campaigns.read is for campaigns with their budget" in str(refused.value)
    assert "`skip` (forms, marketing_emails, campaigns, lists)" in str(refused.value)


def test_what_the_plan_does_not_have_is_skipped() -> None:
    account = Account()
    account.refused = RequestFailed("403: marketing.campaigns.read. Grant it.", 403)
    read(account, config={"skip": "campaigns, forms"})
    assert not [each for each in account.calls if "campaigns" in each or "forms" in each]


def test_every_scope_is_stated_with_what_it_is_for() -> None:
    assert HUBSPOT.notes
    assert len({name for name, _ in HUBSPOT.notes.scopes}) == len(HUBSPOT.notes.scopes) == 9
    assert all(what for _, what in HUBSPOT.notes.scopes)


def test_a_record_dated_far_ahead_moves_no_cursor() -> None:
    account = Account(contact(1), contact(2, datetime(9999, 12, 31, tzinfo=UTC)))
    state: dict[str, Any] = {}
    read(account, state)
    assert state["cursor:contacts"].startswith("2026-06-01")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("amount", "12345678901234567.89", "an amount finer or larger than decimal(18, 2) holds"),
        ("amount", "12,500.00", "text where an amount is declared"),
        ("amount", "12k", "text where an amount is declared"),
        ("amount", "0.005", "an amount finer or larger than decimal(18, 2) holds"),
        ("closedate", "next spring", "text that is no instant"),
        ("createdate", "2026-02-30", "text that is no instant"),
    ],
)
def test_a_deal_that_staging_would_lose_something_of_is_in_quarantine(
    name: str, value: str, reason: str
) -> None:
    row = {"id": "1", f"properties__{name}": value}
    typed = type_rows(HUBSPOT.table("deals"), [row], 0)
    assert [said for said, _ in typed.bad] == [f"properties__{name}: {reason}"]
    assert value in typed.bad[0][1]


def test_other_numbers_and_dates_that_cannot_be_read_are_in_quarantine_too() -> None:
    company = {"id": "1", "properties__numberofemployees": "12k"}
    call = {"engagement_type": "call", "id": "1", "properties__hs_timestamp": "soon"}
    for table, row in (("companies", company), ("engagements", call)):
        assert type_rows(HUBSPOT.table(table), [row], 0).bad


def test_associations_are_whole_units_and_none_is_an_answer_too() -> None:
    account = Account(contact(1), contact(2))
    account.companies_of = {"1": [71, 72]}
    pages = [
        item for item in read(account) if isinstance(item, Page) and item.table == "associations"
    ]

    assert [row["to_id"] for row in rows(pages, "associations")] == ["71", "72"]
    assert pages[0].units == (("contacts", "1"), ("contacts", "2"))


def test_a_label_of_the_account_is_no_type_of_hubspot_with_the_same_number() -> None:
    account = Account(contact(1))
    account.companies_of = {"1": [71]}
    account.kinds.append({"category": "USER_DEFINED", "typeId": 1, "label": "Consultant"})

    found = rows(read(account), "associations")

    assert [(row["category"], row["type_id"], row["label"]) for row in found] == [
        ("HUBSPOT_DEFINED", "1", None),
        ("USER_DEFINED", "1", "Consultant"),
    ]
    key = HUBSPOT.table("associations").key
    assert len({tuple(row[name] for name in key) for row in found}) == 2


def test_form_fields_are_found_whatever_their_case() -> None:
    row = rows(read(Account()), "form_submissions")[0]
    assert row["values__email"] == "ada@corp.example"
    assert row["values__phone"] is None


def test_every_engagement_type_puts_its_own_names_under_one() -> None:
    call = next(each for each in hubspot._OBJECTS if each.path == "calls")
    record = {"id": "1", "properties": {"hs_call_direction": "OUTBOUND", "hs_direction": None}}
    assert call.row(record)["properties__hs_direction"] == "OUTBOUND"
    assert "properties__hs_call_direction" not in call.row(record)


def test_the_daily_limit_stops_and_the_ten_second_one_waits() -> None:
    assert hubspot.verdict(429, {"policyName": "DAILY"}) == "stop"
    assert hubspot.verdict(429, {"policyName": "TEN_SECONDLY_ROLLING"}) == "retry"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = tmp_path_factory.mktemp("home")
    account = Account(contact(1), contact(2, numberofemployees="7"))
    account.sends_unasked = True
    account.companies_of = {"1": [71]}
    spec = type(HUBSPOT)(
        HUBSPOT.name,
        HUBSPOT.kind,
        HUBSPOT.title,
        HUBSPOT.tables,
        HUBSPOT.extract,
        session=lambda *_: account,  # type: ignore[arg-type,return-value]
    )
    for day in range(2):
        load(
            spec,
            warehouse=home / "w.duckdb",
            work=home / "work",
            pipelines=home / "dlt",
            config={},
            as_of=NOW + timedelta(days=day),
            run_id=f"run-{day}",
        )
        account.contacts.pop()
        account.contacts[0]["properties"]["email"] = "new@corp.example"
        account.contacts[0]["updatedAt"] = iso(NOW)
        account.contacts.append(contact(3))
    with duckdb.connect(str(home / "w.duckdb")) as connection:
        yield connection


def test_an_account_lands_in_the_warehouse_with_its_versions(
    loaded: duckdb.DuckDBPyConnection,
) -> None:
    found = loaded.execute(
        "select properties__email, _dlt_valid_to is null from raw_hubspot.contacts "
        "where id = '1' order by _dlt_valid_from"
    ).fetchall()
    assert found == [("p1@corp.example", False), ("new@corp.example", True)]


def test_the_books_say_what_was_undeclared(loaded: duckdb.DuckDBPyConnection) -> None:
    found = loaded.execute(
        "select column_name from ingest.drift where kind = 'undeclared' and run_id = 'run-0'"
    ).fetchall()
    assert found == [("properties__numberofemployees",)]
