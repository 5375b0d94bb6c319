"""Dropped files: exact sums, one clear message for a bad file, nothing read from a hostile one."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.audit import LoadReport
from ingestion.errors import LoadFailed
from ingestion.pipeline import load
from ingestion.sources.file_drops.mapping import read_drop

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
PROJECT = Path(__file__).parents[2]
MAPPING = """
source: toy
files:
  - pattern: people*.csv*
    table: contacts
    columns:
      source_record_id: id
      email: mail
      updated_at: changed
      company_name: {column: firm, lookup: {file: firms.csv, key: id, value: name}}
      lifecycle_stage_native: {column: stage, values: {l: lead, c: customer}}
    ignored: [note]
  - pattern: spend*.csv
    table: ad_days
    columns:
      grain: {value: campaign}
      account_id: account
      campaign_id: campaign
      reported_on: day
      spend: {column: micros, divide_by: 1000000}
      clicks: clicks
    ignored: [device]
  - pattern: bad*.csv
    table: contacts
    delimiter: ";"
    columns: {source_record_id: id}
"""
PEOPLE = "id,mail,changed,firm,stage,note\n1,ada@corp.example,2026-01-01 2:20:51,f1,l,x\n"


class Inbox:
    """A home whose inbox each test fills."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "inbox" / "toy"
        self.folder.mkdir(parents=True)
        (root / "mappings").mkdir()
        self.map(MAPPING)
        self.drop("firms.csv", "id,name\nf1,Corp\n")

    def map(self, text: str) -> None:
        (self.root / "mappings" / "toy.yml").write_text(text)

    def drop(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, days: int = 0) -> LoadReport:
        config = {"inbox": str(self.root / "inbox"), "mappings": str(self.root / "mappings")}
        return load(
            "file_drops",
            warehouse=self.root / "w.duckdb",
            work=self.root / "work",
            pipelines=self.root / "dlt",
            config=config,
            as_of=NOW + timedelta(days=days),
            run_id=f"run-{days}",
        )

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.root / "w.duckdb")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_file_becomes_rows_by_its_mapping(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE)
    inbox.load()
    found = inbox.rows(
        "select source, source_record_id, email, company_name, lifecycle_stage_native, updated_at, "
        "file_name, row_number from raw_file_drops.contacts"
    )
    at = datetime(2026, 1, 1, 2, 20, 51)
    assert found == [("toy", "1", "ada@corp.example", "Corp", "lead", at, "people.csv", 2)]


def test_split_rows_are_summed_to_the_cent_and_counted(inbox: Inbox) -> None:
    lines = ["account,campaign,day,device,micros,clicks"]
    lines += [f"a,c,2026-01-01,{device},100001,1" for device in ("MOBILE", "DESKTOP", "TABLET")]
    inbox.drop("spend.csv", "\n".join([*lines, "a,c,2026-01-02,MOBILE,,\n"]))
    report = inbox.load()

    found = inbox.rows("select spend, clicks from raw_file_drops.ad_days order by reported_on")
    assert found == [("0.300003", 3), (None, None)]
    assert report.drift["ad_days", "", "rows_folded_into_sums"] == 2


def test_a_file_is_read_once_and_again_when_it_or_a_lookup_changes(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE)
    inbox.load()
    assert inbox.load(1).tables["contacts"].yielded == 0
    inbox.drop("firms.csv", "id,name\nf1,Corp Ltd\n")
    assert inbox.load(2).tables["contacts"].loaded == 1


def test_the_same_row_under_another_file_name_is_no_new_version(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE)
    inbox.load()
    inbox.drop("people_2.csv.gz", gzip.compress(PEOPLE.encode()))
    assert inbox.load(1).tables["contacts"].unchanged == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2,b@corp.example,2026-01-01,f1\n", "people.csv: line 3 has 4 fields, not 6"),
        (
            "2,b@corp.example,2026-01-01,f1,z,\n",
            "lifecycle_stage_native: a value that the mapping does not translate",
        ),
        ("2,b@corp.example,soon,f1,l,\n", "updated_at: text that is no instant"),
        (",b@corp.example,2026-01-01,f1,l,\n", "source_record_id: the key is empty"),
    ],
)
def test_a_bad_line_goes_to_quarantine_and_the_rest_loads(
    inbox: Inbox, line: str, reason: str
) -> None:
    inbox.drop("people.csv", PEOPLE + line)
    inbox.load()
    assert inbox.rows("select reason from quarantine.file_drops") == [(reason,)]
    assert inbox.rows("select count(*) from raw_file_drops.contacts") == [(1,)]


def test_bytes_of_another_encoding_send_only_their_row_to_quarantine(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE.encode() + b"2,caf\xe9@corp.example,2026-01-01,f1,l,\n")
    assert inbox.load().tables["contacts"].quarantined == 1


def test_an_unmapped_column_is_reported(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE.replace("note", "shoe_size"))
    assert ("contacts", "", "unmapped_column:toy/shoe_size") in inbox.load().drift


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("people.csv", PEOPLE.replace("mail", "email"), "has no column 'mail'"),
        ("people.csv", PEOPLE.replace(",", ";"), "the delimiter is wrong"),
        ("people.csv", PEOPLE.replace("note", "id"), "names the column 'id' twice"),
        ("people.csv", "", "has no header line"),
        ("people.csv.gz", b"\x1f\x8b\x08\x00broken", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_load_with_its_remedy(
    inbox: Inbox, name: str, text: str | bytes, said: str
) -> None:
    inbox.drop(name, text)
    with pytest.raises(LoadFailed, match=said):
        inbox.load()
    assert inbox.rows("select status from ingest.loads") == [("failed",)]


def test_links_and_pipes_are_refused(inbox: Inbox) -> None:
    secret = inbox.root / "secret.csv"
    secret.write_text(PEOPLE)
    (inbox.folder / "people.csv").symlink_to(secret)
    with pytest.raises(LoadFailed, match="no plain file"):
        inbox.load()
    (inbox.folder / "people.csv").unlink()
    os.mkfifo(inbox.folder / "people.csv")
    with pytest.raises(LoadFailed, match="no plain file"):
        inbox.load()


def test_an_archive_that_unpacks_past_the_cap_is_refused(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.file_drops.reader.MAX_UNPACKED", 1000)
    inbox.drop("people.csv.gz", gzip.compress((PEOPLE + "\n" * 5000).encode()))
    with pytest.raises(LoadFailed, match="unpacks to more than"):
        inbox.load()


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("source: toy\nfiles: [{pattern: a, table: nothing, columns: {}}]", "no table nothing"),
        (
            "source: toy\nfiles: [{pattern: a, table: deals, columns: {wrong: x}}]",
            "no column wrong",
        ),
        (
            "source: toy\nfiles: [{pattern: a, table: deals, columns: {name: x}}]",
            "fills no source_record_id",
        ),
        ("files: [", "Mend the mapping"),
    ],
)
def test_a_wrong_mapping_says_what_to_mend(inbox: Inbox, mapping: str, said: str) -> None:
    inbox.map(mapping)
    with pytest.raises(LoadFailed, match=said):
        inbox.load()


def test_a_folder_without_a_mapping_says_where_to_write_one(inbox: Inbox) -> None:
    (inbox.root / "inbox" / "other").mkdir()
    with pytest.raises(LoadFailed, match=r"config/file_drops/other\.yml"):
        inbox.load()


@pytest.mark.parametrize("name", ["hubspot_tables", "google_ads_tables", "linkedin_ads_tables"])
def test_the_shipped_mappings_are_sound(name: str) -> None:
    assert read_drop(PROJECT / "config" / "file_drops", name).files
