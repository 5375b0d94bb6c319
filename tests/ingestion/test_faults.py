"""Faults in the rows, from the wire to the warehouse, on one connector: Mailchimp's members.

Each is exact, or in quarantine with its reason, or the load is red with its cursor unmoved; never
silent. The names follow the catalogue of faults; what the wire does is in test_http.py.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.audit import LoadReport
from ingestion.http import Session
from ingestion.pipeline import load
from ingestion.sources.mailchimp import MAILCHIMP
from ingestion.wire import read_json

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "id": "m1",
    "email_address": "ada@corp.example",
    "unique_email_id": "u",
    "contact_id": "c",
    "full_name": "Ada",
    "status": "subscribed",
    "source": "API",
    "location": {"country_code": "GB"},
    "merge_fields": {"FNAME": "Ada", "LNAME": "L", "PHONE": "", "COMPANY": "Corp"},
    "timestamp_signup": "",
    "timestamp_opt": "2026-06-01T00:00:00+00:00",
    "last_changed": "2026-06-20T10:00:00+00:00",
}


def wire(**changes: Any) -> str:
    return json.dumps({**GOOD, "id": "m2", **changes})


class House:
    """A home whose Mailchimp answers with the members that each test writes, byte for byte."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[dict[str, Any]] = []

    def load(self, *members: str | bytes, days: int = 0) -> LoadReport:
        bodies = [each.encode() if isinstance(each, str) else each for each in members]
        page = b'{"members": [' + b", ".join(bodies) + b'], "total_items": %d}' % len(bodies)

        class Scripted(Session):
            def get(self, path: str, params: Any = None, **_: str) -> Any:
                if path.endswith("/members"):
                    house.asked.append(dict(params))
                    return read_json(page)
                held = {"lists": [{"id": "l1", "name": "News", "stats": {"member_count": 3.5}}]}
                name = path.rpartition("/")[2].replace("-", "_")
                name = {"growth_history": "history"}.get(name, name)
                rows = held.get(name, [])
                return {name: rows, "total_items": len(rows)}

        house = self
        return load(
            replace(MAILCHIMP, session=lambda *_: Scripted("https://mail.example")),
            warehouse=self.root / "w.duckdb",
            work=self.root / "work",
            pipelines=self.root / "dlt",
            config={"base_url": "https://mail.example", "api_key": "k", "sweep_days": 1000},
            as_of=NOW + timedelta(days=days),
            run_id=f"run-{days}",
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "w.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def open(self, columns: str) -> list[tuple[Any, ...]]:
        return self.rows(
            f"select {columns} from raw_mailchimp.members where _dlt_valid_to is null order by id"
        )

    def reasons(self) -> list[str]:
        query = "select reason from quarantine.mailchimp where table_name = 'members' order by 1"
        return [row[0] for row in self.rows(query)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


NO_INSTANT = "text that is no instant"
OUTSIDE = "an instant before 1900 or after 2199"


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (wire(timestamp_opt="last Tuesday"), f"timestamp_opt: {NO_INSTANT}"),
        (wire(status=["subscribed"]), "status: a nested value where text is declared"),
        (wire(timestamp_opt="0001-01-01T00:00:00+00:00"), f"timestamp_opt: {OUTSIDE}"),
        (wire(timestamp_opt="10000-01-01T00:00:00+00:00"), f"timestamp_opt: {NO_INSTANT}"),
        (wire(timestamp_opt="0000-00-00"), f"timestamp_opt: {NO_INSTANT}"),
        (wire(last_changed="soon"), f"last_changed: {NO_INSTANT}"),
        (wire(last_changed="9999-12-31T00:00:00+00:00"), f"last_changed: {OUTSIDE}"),
        (wire()[:-1] + ', "status": "cleaned"}', "a repeated field name"),
        (wire(grün=1, grön=2), "two fields are both named gr_n"),
        (
            wire(full_name="X").encode().replace(b'"X"', b'"Ad\xff"'),
            "full_name: a lone surrogate, which no UTF-8 text holds",
        ),
        (wire(full_name="\ud800"), "full_name: a lone surrogate, which no UTF-8 text holds"),
        (wire(id=None), "id: the key is empty"),
    ],
)
def test_a_row_that_cannot_be_stored_as_sent_is_in_quarantine_and_costs_no_other(
    house: House, member: str | bytes, reason: str
) -> None:
    report = house.load(json.dumps(GOOD), member)
    assert house.reasons() == [reason]
    assert house.open("id") == [("m1",)]
    assert report.tables["members"].adds_up


@pytest.mark.parametrize(
    ("member", "column", "value"),
    [
        (wire(last_changed=None), "last_changed", None),
        (
            json.dumps({k: v for k, v in json.loads(wire()).items() if k != "last_changed"}),
            "last_changed",
            None,
        ),
        (wire(last_changed=1_780_000_000_000), "last_changed", datetime(2026, 5, 28, 20, 26, 40)),
        (wire(timestamp_opt="1970-01-01T00:00:00+00:00"), "timestamp_opt", datetime(1970, 1, 1)),
        (wire(full_name="x" * 1024**2), "length(full_name)", 1024**2),
        (wire(full_name="'); drop table raw_mailchimp.members; --"), "length(full_name)", 40),
        (
            wire(full_name=0).replace('"full_name": 0', '"full_name": 12345678901234567.89'),
            "full_name",
            "12345678901234567.89",
        ),
        (wire(full_name=7), "full_name", "7"),
        (wire(full_name="A\x00da"), "full_name", "Ada"),
    ],
)
def test_an_odd_value_that_can_be_stored_is_stored_exactly(
    house: House, member: str, column: str, value: Any
) -> None:
    house.load(json.dumps(GOOD), member)
    assert house.reasons() == []
    assert house.open(column)[1] == (value,)


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"brand_new": True}, {"brand_new": True}),
        ({"location": {"brand_new": 0.5}}, {"location__brand_new": 0.5}),
        ({"labels": [{"id": 1}]}, {"labels": [{"id": 1}]}),
        ({f"field{number}": number for number in range(300)}, None),
        ({"deep": nested(60)}, {"deep": nested(60)}),
        ({"x'); drop schema ingest; --": 1}, {"x_drop_schema_ingest": 1}),
    ],
)
def test_what_nobody_declared_is_kept_beside_the_row_and_reported(
    house: House, more: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    report = house.load(json.dumps(GOOD), wire(**more))
    [(extra,)] = house.open("_extra")[1:]
    found = json.loads(extra)
    assert found == kept if kept is not None else len(found) == 300
    undeclared = {column for _, column, kind in report.drift if kind == "undeclared"}
    assert undeclared == set(found)


def test_a_column_that_vanished_keeps_its_values_and_an_empty_one_is_empty(house: House) -> None:
    house.load(json.dumps(GOOD))
    later = {**GOOD, "last_changed": "2026-06-30T10:00:00+00:00", "status": "cleaned"}
    del later["full_name"]
    report = house.load(json.dumps({**later, "contact_id": None}), days=1)
    assert house.open("full_name, contact_id, status") == [("Ada", None, "cleaned")]
    assert ("members", "full_name", "vanished") in report.drift


def test_a_fraction_where_a_whole_number_is_due_is_no_silent_rounding(house: House) -> None:
    report = house.load(json.dumps(GOOD))
    assert report.tables["lists"].quarantined == 1


@pytest.mark.parametrize("poison", ["9999-12-31T00:00:00+00:00", "soon", "zzz"])
def test_a_cursor_is_never_poisoned_and_a_late_row_is_asked_for_again(
    house: House, poison: str
) -> None:
    house.load(json.dumps(GOOD), wire(last_changed=poison))
    house.load(json.dumps(GOOD), days=1)
    assert house.asked[1]["since_last_changed"] == "2026-06-20T09:00:00+00:00"
    late = wire(last_changed="2026-06-20T09:30:00+00:00")
    assert house.load(late, days=2).tables["members"].loaded == 1


def test_a_cursor_of_another_zone_is_compared_as_an_instant(house: House) -> None:
    house.load(json.dumps(GOOD), wire(last_changed="2026-06-20T11:30:00+02:00"))
    house.load(days=1)
    assert house.asked[1]["since_last_changed"] == "2026-06-20T09:00:00+00:00"


def test_an_older_version_in_a_later_load_changes_nothing(house: House) -> None:
    house.load(json.dumps({**GOOD, "full_name": "New"}))
    report = house.load(
        json.dumps({**GOOD, "full_name": "Old", "last_changed": "2026-06-01T00:00:00+00:00"}),
        days=1,
    )
    assert report.tables["members"].superseded == 1
    assert house.open("full_name") == [("New",)]
