"""simple-salesforce reads the sandbox, and sees the records that our connector loaded."""

from datetime import datetime
from typing import Any

import pytest
import requests
from live_sandbox import Live
from simple_salesforce import Salesforce, bulk2
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest

from ingestion.config import sandbox_config
from ingestion.contract import Extraction, Page
from ingestion.http import Clock
from ingestion.sandbox.views.salesforce import TOKEN
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow


class OnLoopback(requests.Session):
    """The client knows https only."""

    def request(self, method: Any, url: Any, *args: Any, **told: Any) -> requests.Response:
        return super().request(method, str(url).replace("https://", "http://"), *args, **told)


def client(live: Live, token: str = TOKEN) -> Salesforce:
    return Salesforce(
        instance_url=live.base, session_id=token, session=OnLoopback(), version="63.0"
    )


def every(live: Live, soql: str) -> list[dict[str, Any]]:
    """Everything of a query, the recycle bin included, by the client's own loop over pages."""
    return client(live).query_all(soql, include_deleted=True)["records"]


def utc(text: str) -> datetime:
    """The instant as raw tables hold it: UTC without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


COMPARED = {
    "Lead": ("leads", ("Email", "Status", "MasterRecordId", "ConvertedContactId")),
    "Contact": ("contacts", ("Email", "AccountId", "MasterRecordId")),
    "Account": ("accounts", ("Name", "MasterRecordId")),
    "Opportunity": ("opportunities", ("StageName", "CurrencyIsoCode")),
    "OpportunityContactRole": ("opportunity_contact_roles", ("ContactId",)),
    "OpportunityHistory": ("opportunity_history", ("StageName",)),
    "Task": ("tasks", ("WhoId", "Status")),
    "Event": ("events", ("WhoId",)),
    "Campaign": ("campaigns", ("Name",)),
    "CampaignMember": ("campaign_members", ("Status", "ContactId")),
}


@pytest.mark.parametrize("name", COMPARED)
def test_the_client_sees_the_records_that_were_loaded_deleted_ones_included(
    served: Live, loaded: Any, name: str
) -> None:
    table, fields = COMPARED[name]
    asked = ", ".join(("Id", "IsDeleted", "SystemModstamp", *fields))

    seen = {
        (each["Id"], each["IsDeleted"], utc(each["SystemModstamp"]), *(each[f] for f in fields))
        for each in every(served, f"SELECT {asked} FROM {name} ORDER BY SystemModstamp, Id")
    }

    columns = ", ".join(
        column.name
        for column in SOURCES["salesforce"].table(table).columns
        if column.name.replace("_", "") in {field.lower() for field in fields}
    )
    ordered = sorted(fields, key=lambda field: columns.replace("_", "").index(field.lower()))
    held = loaded(
        "salesforce",
        f"select id, is_deleted, system_modstamp, {columns} from raw_salesforce.{table}"
        " where _dlt_valid_to is null",
    )
    places = [ordered.index(field) for field in fields]
    assert seen == {(*row[:3], *(row[3 + place] for place in places)) for row in held}
    assert seen


def test_the_clients_pages_are_more_than_one_and_repeat_nothing(served: Live) -> None:
    sf = client(served)
    first = sf.query("SELECT Id FROM LeadHistory", include_deleted=True)

    records = every(served, "SELECT Id FROM LeadHistory")

    assert not first["done"]
    assert len(records) == first["totalSize"] == len({each["Id"] for each in records})


def test_what_is_deleted_or_merged_away_is_seen_only_with_the_recycle_bin(
    served: Live, loaded: Any
) -> None:
    live = client(served).query_all("SELECT Id FROM Lead")["records"]
    merged = every(served, "SELECT Id, MasterRecordId FROM Lead WHERE MasterRecordId != null")

    gone = loaded("salesforce", "select id from raw_salesforce.leads where is_deleted")
    losers = loaded(
        "salesforce",
        "select id, master_record_id from raw_salesforce.leads where master_record_id is not null",
    )
    assert not {each["Id"] for each in live} & {id_ for (id_,) in gone}
    assert {(each["Id"], each["MasterRecordId"]) for each in merged} == set(losers)
    assert gone
    assert losers


def test_money_is_to_the_cent_what_was_loaded(served: Live, loaded: Any) -> None:
    seen = {
        each["Id"]: each["Amount"] for each in every(served, "SELECT Id, Amount FROM Opportunity")
    }

    held = dict(loaded("salesforce", "select id, amount from raw_salesforce.opportunities"))
    assert {id_: round(float(amount) * 100) for id_, amount in held.items()} == {
        id_: round(amount * 100) for id_, amount in seen.items()
    }


def test_the_clients_bulk_job_holds_what_our_bulk_jobs_load(
    served: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk2, "sleep", lambda _: None)
    soql = "SELECT Id, SystemModstamp, Status FROM Lead ORDER BY SystemModstamp, Id"
    parts = list(client(served).bulk2.Lead.query_all(soql, max_records=7))

    ours = {row["id"]: row for row in _by_bulk(served)["leads"]}

    lines = [line for part in parts for line in part.splitlines() if "SystemModstamp" not in line]
    seen = {tuple(cell.strip('"') for cell in line.split(",")) for line in lines}
    assert len(parts) > 1
    assert seen == {(id_, row["system_modstamp"], row["status"] or "") for id_, row in ours.items()}


def test_bulk_jobs_load_the_rows_that_pages_load(served: Live, loaded: Any) -> None:
    rows = _by_bulk(served)

    for table, found in rows.items():
        held = loaded("salesforce", f"select id from raw_salesforce.{table}")
        assert sorted(row["id"] for row in found) == sorted(id_ for (id_,) in held), table
    assert len(rows) == 14


def _by_bulk(live: Live) -> dict[str, list[dict[str, Any]]]:
    spec = SOURCES["salesforce"]
    config = sandbox_config(spec, {"bulk_rows": -1}, live.base)
    assert spec.session is not None
    found: dict[str, list[dict[str, Any]]] = {}
    with spec.session(config, Clock(sleep=lambda _: None)) as http:
        for item in spec.extract(Extraction(config, http, live_now(live), {})):
            if isinstance(item, Page) and isinstance(item.rows, list):
                found.setdefault(item.table, []).extend(item.rows)
    return found


def live_now(live: Live) -> datetime:
    from datetime import UTC

    return datetime.fromtimestamp(live.world.clock / 1000, UTC)


def test_the_client_is_refused_with_a_wrong_token_and_a_wrong_query(served: Live) -> None:
    with pytest.raises(SalesforceExpiredSession):
        client(served, "wrong").query("SELECT Id FROM Lead")
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        client(served).query("SELECT Nonsense FROM Lead")
