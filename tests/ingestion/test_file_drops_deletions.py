"""Full exports: what a later one lacks is deleted, unless that is likelier a broken file."""

from pathlib import Path
from typing import Any

import pytest
from inbox import NOW, Inbox

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.checked import check_files

MAPPING = """
source: toy
files:
  - pattern: people*
    table: contacts
    replaces: true
    columns: {source_record_id: id, email: mail, updated_at: at}
"""
OTHER = """
source: toy
files:
  - pattern: "*"
    table: contacts
    columns: {source_record_id: id}
"""


def people(*ids: int) -> str:
    return "id,mail,at\n" + "".join(f"{each},a{each}@x.example,2026-01-01\n" for each in ids)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    made = Inbox(tmp_path)
    made.map(MAPPING)
    return made


def test_a_row_that_a_later_export_lacks_is_deleted_and_comes_back(inbox: Inbox) -> None:
    open_rows = (
        "select source_record_id, is_deleted from raw_file_drops.contacts "
        "where _dlt_valid_to is null order by 1"
    )
    inbox.drop("people_01.csv", people(1, 2, 3))
    inbox.load()
    inbox.drop("people_02.csv", people(1, 3))
    assert inbox.load(1).tables["contacts"].tombstoned == 1
    assert inbox.rows(open_rows) == [("1", False), ("2", True), ("3", False)]
    inbox.drop("people_03.csv", people(1, 2, 3))
    inbox.load(2)
    assert inbox.rows(open_rows) == [("1", False), ("2", False), ("3", False)]


def test_a_broken_export_buries_nobody(inbox: Inbox) -> None:
    inbox.drop("people_01.csv", people(*range(200)))
    inbox.load()
    inbox.drop("people_02.csv", people(*range(100)))
    with pytest.raises(LoadFailed, match=r"100 of 200 records are missing .* allow_mass_deletion"):
        inbox.load(1)
    gone = "select count(*) from raw_file_drops.contacts where is_deleted"
    assert inbox.rows(gone) == [(0,)]


def test_of_several_exports_the_last_by_name_counts(inbox: Inbox) -> None:
    inbox.drop("people_2026-01.csv", people(1, 2))
    inbox.drop("people_2026-02.csv", people(2))
    found = inbox.read()
    assert found.values("contacts", "source_record_id") == [("2",)]
    assert found.drift["", "toy/people_2026-01.csv", "replaced_by_a_later_file"] == 1
    [sweep] = found.swept
    assert sweep.keys == {("toy", "2")}
    assert sweep.scope == (("source", "toy"),)


def test_an_export_without_a_row_stops_the_load(inbox: Inbox) -> None:
    inbox.drop("people.csv", people())
    with pytest.raises(LoadFailed, match=r"has no row\. If all of it was deleted"):
        inbox.read()
    assert inbox.read(allow_mass_deletion=True).swept[0].keys == frozenset()


def test_nothing_is_gone_while_a_row_cannot_be_read(inbox: Inbox) -> None:
    inbox.drop("people.csv", people(1) + "2,b@x.example\n")
    found = inbox.read()
    assert found.swept == []
    assert found.drift["contacts", "toy/people.csv", "sweep_skipped_for_bad_rows"] == 1


def test_a_rule_whose_rows_another_would_sweep_away_is_refused(inbox: Inbox) -> None:
    (inbox.root / "mappings" / "other.yml").write_text(OTHER)
    (inbox.root / "inbox" / "other").mkdir()
    with pytest.raises(LoadFailed, match=r"both fill contacts of toy.*source. of its own"):
        inbox.read()


def test_keys_that_differ_by_a_fixed_part_do_not_meet(inbox: Inbox) -> None:
    block = """
  - pattern: {0}*
    table: deal_stages
    replaces: true
    columns: {{pipeline_id: {{value: {0}}}, stage_id: id}}
"""
    inbox.map("source: toy\nfiles:" + block.format("a") + block.format("b"))
    inbox.drop("a.csv", "id\n1\n")
    scopes = [each.scope for each in inbox.read().swept]
    assert scopes == [(("source", "toy"), ("pipeline_id", "a"))]


def test_a_check_tries_every_file_and_loads_nothing(inbox: Inbox) -> None:
    inbox.drop("people_1.csv", people(1))
    inbox.drop("people_2.csv", people(1, 2) + "3,c@x.example,soon\n")
    inbox.drop("stray.csv", "x\n1\n")
    config: dict[str, Any] = {**inbox.config, "work": str(inbox.root / "work")}
    told = [(each.is_wrong, each.told()) for each in check_files(config, NOW)]
    assert told == [
        (
            True,
            "toy/people_2.csv: 2 rows fit contacts, 1 does not; the first: updated_at: text that "
            "is no instant. Mend the file or its mapping",
        ),
        (False, "toy/firms.csv: not read, as no pattern of its mapping fits its name"),
        (False, "toy/people_1.csv: not read, as a later full export replaces it"),
        (False, "toy/stray.csv: not read, as no pattern of its mapping fits its name"),
    ]
    assert not (inbox.root / "w.duckdb").exists()
