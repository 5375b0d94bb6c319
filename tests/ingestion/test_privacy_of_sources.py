"""Every source says whose personal data its tables hold, so that an erasure reaches all of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_pipeline import NOON

from ingestion.contract import Forget, Page, Source, Table
from ingestion.pipeline import load
from ingestion.sources import SOURCES

PERSONAL = [
    pytest.param(source, table, id=f"{source.name}.{table.name}")
    for source in SOURCES.values()
    for table in source.tables
    if any(column.pii for column in table.columns)
]
# Records that are erased by naming them. What belongs to a person's record hangs on it instead.
OWN = {
    "hubspot": {"contacts", "companies", "deals", "owners", "marketing_emails"},
    "salesforce": {"contacts", "leads", "users"},
    "mailchimp": {"members"},
    "klaviyo": {"profiles"},
    "google_ads": {"search_term_stats", "change_events", "click_views"},
    "adaptlypost": {"posts"},
    "asana": {"users", "custom_field_values"},
    "stripe": {"customers"},
    "wordpress": {"users"},
    "web_events": {"events"},
    "file_drops": {
        *("contacts", "members", "owners"),
        *("enrichments", "webinar_attendance", "experiment_exposures"),
    },
}


@pytest.mark.parametrize(("source", "table"), PERSONAL)
def test_personal_data_is_forgotten_by_its_key_or_hangs_on_what_is(
    source: Source, table: Table
) -> None:
    own = OWN.get(source.name, set())
    assert table.name in own or table.hangs_on
    assert {hang.parent for hang in table.hangs_on} <= own
    # What hangs stays under its key, which may hold nothing personal then.
    in_key = {name for name in table.key if table.column(name).pii}
    assert not in_key or (table.name in own and not table.hangs_on)
    assert in_key <= set(table.erasure_key)


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_erasures_name_columns_that_exist(source: Source) -> None:
    for table in source.tables:
        for name in (*table.erasure_key, *filter(None, [table.born])):
            assert table.column(name)
        assert table.born is None or table.column(table.born).type == "timestamp"
        for hang in table.hangs_on:
            parent = source.table(hang.parent)
            assert all(table.column(name) for name in hang.ours)
            assert all(parent.column(name) for name in hang.theirs)


def taken(source: str, root: Path, *items: Any, day: int) -> None:
    def script(_: Any) -> Iterator[Any]:
        return iter(items)

    spec = SOURCES[source]
    load(
        Source(spec.name, spec.kind, spec.title, spec.tables, script),
        warehouse=root / "warehouse.duckdb",
        work=root / "work",
        pipelines=root / "dlt",
        config={},
        as_of=NOON + timedelta(days=day),
        run_id=f"run-{day}",
    )


def asked(root: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        return connection.execute(query).fetchall()


def test_a_lead_that_became_an_erased_contact_is_forgotten_with_its_calls(tmp_path: Path) -> None:
    people = [
        Page("contacts", [{"id": "003A", "email": "ada@corp.example"}]),
        Page(
            "leads", [{"id": "00QA", "email": "ada@corp.example", "converted_contact_id": "003A"}]
        ),
        Page("leads", [{"id": "00QB", "email": "bob@corp.example"}]),
        Page("tasks", [{"id": "1", "who_id": "003A", "subject": "Call Ada"}]),
        Page("tasks", [{"id": "2", "who_id": "00QB", "subject": "Call Bob"}]),
    ]
    taken("salesforce", tmp_path, *people, day=1)
    taken("salesforce", tmp_path, Forget("contacts", frozenset({("003A",)})), day=2)
    taken("salesforce", tmp_path, *people, day=3)
    leads = asked(tmp_path, "select distinct id, email from raw_salesforce.leads order by id")
    assert leads == [("00QA", None), ("00QB", "bob@corp.example")]
    tasks = asked(tmp_path, "select distinct id, subject from raw_salesforce.tasks order by id")
    assert tasks == [("1", None), ("2", "Call Bob")]
    assert asked(tmp_path, "select count(*) from raw_salesforce.contacts where email > ''") == [
        (0,)
    ]


def test_a_search_term_is_hashed_where_it_stands_in_the_key(tmp_path: Path) -> None:
    row = {
        "customer__id": "1",
        "ad_group__id": "2",
        "search_term_view__search_term": "ada lovelace",
        "segments__search_term_match_type": "EXACT",
        "segments__date": "2026-01-01",
        "metrics__clicks": 3,
    }
    taken("google_ads", tmp_path, Page("search_term_stats", [row]), day=1)
    taken(
        "google_ads", tmp_path, Forget("search_term_stats", frozenset({("Ada Lovelace",)})), day=2
    )
    term, clicks = "search_term_view__search_term", "metrics__clicks"
    found = asked(tmp_path, f"select {term}, {clicks} from raw_google_ads.search_term_stats")
    assert {str(term)[:7] for term, _ in found} == {"erased-"}
    assert {clicks for _, clicks in found} == {3}


def test_a_notice_whose_key_is_not_that_of_the_table_waits(tmp_path: Path) -> None:
    calls = [{"engagement_type": "CALL", "id": "7", "properties__hs_title": "Call Ada"}]
    taken("hubspot", tmp_path, Page("engagements", calls), day=1)
    notice = {"source": "privacy", "erased_source": "hubspot", "erased_object": "engagements"}

    def told(key: str, day: int) -> list[tuple[Any, ...]]:
        row = {**notice, "erased_record_id": key}
        taken("file_drops", tmp_path, Page("privacy_deletes", [row]), day=day)
        done = "coalesce(is_erased, false)"
        return asked(tmp_path, f"select {done} from raw_file_drops.privacy_deletes order by 1")

    assert told("7", 2) == [(False,)]
    assert told("CALL:7", 3) == [(False,), (True,)]
    title = "properties__hs_title"
    held = asked(tmp_path, f"select 1 from raw_hubspot.engagements where {title} is not null")
    assert held == []
