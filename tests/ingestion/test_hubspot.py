"""HubSpot as the connector reads it, against a small account held in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken
from ingestion.pipeline import load
from ingestion.sources import hubspot
from ingestion.sources.hubspot import HUBSPOT, extract
from ingestion.sources.hubspot.batch import answer_of
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


def iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def contact(id_: int, at: datetime = NOW - timedelta(days=30), **properties: str | None) -> dict:
    stage = {"value": "lead", "timestamp": iso(at), "sourceType": "FORM"}
    return {
        "id": str(id_),
        "properties": {"hs_object_id": str(id_), "email": f"p{id_}@corp.example", **properties},
        "propertiesWithHistory": {"lifecyclestage": [stage]},
        "createdAt": iso(at),
        "updatedAt": iso(at),
        "archived": False,
    }


class Account:
    """A HubSpot account of a few contacts; it speaks the v3 list, search and batch addresses."""

    def __init__(self, *contacts: dict) -> None:
        self.contacts = list(contacts)
        self.archived: list[dict] = []
        self.companies_of: dict[str, list[int]] = {}
        self.hidden = 0
        self.unanswered: set[str] = set()
        self.calls: list[str] = []
        self.requests_made = 0

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, path: str, params: dict | None = None) -> Any:
        self.calls.append(f"GET {path}")
        params = params or {}
        if path == "/crm/v3/objects/contacts":
            if params["archived"] == "true":
                return {"results": self.archived}
            start = int(params.get("after", 0))
            end = start + int(params["limit"])
            shown = self.contacts[: len(self.contacts) - self.hidden]
            more = {"paging": {"next": {"after": str(end)}}} if end < len(shown) else {}
            return {"results": shown[start:end], **more}
        if path == "/crm/v3/pipelines/deals":
            stage = {
                "id": "won",
                "label": "Won",
                "displayOrder": 1,
                "metadata": {"isClosed": "true", "probability": "1.0"},
            }
            return {"results": [{"id": "default", "label": "Sales", "stages": [stage]}]}
        if path.startswith("/form-integrations"):
            values = [{"name": "Email", "value": "ada@corp.example", "objectTypeId": "0-1"}]
            row = {"conversionId": "s1", "submittedAt": 1780000000000, "values": values}
            return {"results": [{**row, "pageUrl": "https://www.corp.example/demo"}]}
        if path == "/marketing/v3/forms" and params["archived"] == "false":
            return {
                "results": [
                    {
                        "id": "f1",
                        "name": "Demo",
                        "formType": "hubspot",
                        "createdAt": iso(NOW),
                        "updatedAt": iso(NOW),
                        "archived": False,
                    }
                ]
            }
        return {"results": []}

    def post(self, path: str, body: dict) -> Any:
        self.calls.append(f"POST {path}")
        if path == "/crm/v3/objects/contacts/search":
            return self._search(body)
        if path == "/crm/v3/objects/contacts/batch/read":
            wanted = {each["id"] for each in body["inputs"]} - self.unanswered
            return {"results": [each for each in self.contacts if each["id"] in wanted]}
        if path == "/crm/v4/associations/contacts/companies/batch/read":
            kind = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}
            found = [
                {
                    "from": {"id": each["id"]},
                    "to": [
                        {"toObjectId": to, "associationTypes": [kind]}
                        for to in self.companies_of[each["id"]]
                    ],
                }
                for each in body["inputs"]
                if each["id"] in self.companies_of
            ]
            errors = [
                {
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "context": {"fromObjectId": [each["id"]]},
                }
                for each in body["inputs"]
                if each["id"] not in self.companies_of
            ]
            return {"results": found, "errors": errors, "numErrors": len(errors)}
        return {"results": [], "total": 0}

    def look(self, path: str, params: dict | None = None) -> Any:
        self.calls.append(f"GET {path}")
        id_ = path.rpartition("/")[2]
        return next((each for each in self.contacts if each["id"] == id_), None)

    def _search(self, body: dict) -> dict:
        found = list(self.contacts)
        for group in body["filterGroups"]:
            for each in group["filters"]:
                if each["propertyName"] == "lastmodifieddate":
                    since = datetime.fromtimestamp(int(each["value"]) / 1000, tz=UTC)
                    found = [
                        row for row in found if datetime.fromisoformat(row["updatedAt"]) >= since
                    ]
                if each["propertyName"] == "hs_object_id":
                    found = [row for row in found if int(row["id"]) > int(each["value"])]
        start = int(body["after"])
        if start + body["limit"] > 10_000:
            raise LoadFailed("400: past the search cap")
        end = start + body["limit"]
        more = {"paging": {"next": {"after": str(end)}}} if end < len(found) else {}
        return {"results": found[start:end], "total": len(found), **more}


def read(account: Account, state: dict | None = None, **more: Any) -> list:
    ctx = Extraction({"lag_minutes": 10}, account, NOW, {} if state is None else state, **more)  # type: ignore[arg-type]
    return list(extract(ctx))


def rows(items: list, table: str) -> list[dict]:
    pages = [item for item in items if isinstance(item, Page) and item.table == table]
    return [row for page in pages for row in page.rows]


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
    assert "POST /crm/v3/objects/contacts/batch/read" in account.calls


def test_a_search_goes_on_past_ten_thousand_results() -> None:
    account = Account(*(contact(number) for number in range(1, 10_151)))
    items = read(account, {"cursor:contacts": "2026-01-01T00:00:00.000+00:00"})
    assert len({row["id"] for row in rows(items, "contacts")}) == 10_150


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
    assert "GET /crm/v3/objects/contacts/2" in account.calls


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
