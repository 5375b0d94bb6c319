"""Dropped files: exact sums, one clear message for a bad file, nothing read from a hostile one."""

import gzip
import json
import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inbox import MAPPING, NOW, PEOPLE, Inbox

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.mapping import read_drop

PROJECT = Path(__file__).parents[2]


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


DEALS = """
source: toy
files:
  - pattern: deals.csv
    table: deals
    columns: {source_record_id: id, amount: worth, closed_at: closed}
  - pattern: costs.csv
    table: ad_days
    columns:
      grain: {value: campaign}
      account_id: {value: a}
      campaign_id: id
      reported_on: day
      spend: cost
      clicks: clicks
      platform_conversions: won
"""
FINER = "an amount finer or larger than decimal(18, {}) holds"


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("deals.csv", "2,12345678901234567.89,", "amount: " + FINER.format(2)),
        ("deals.csv", '2,"12,500.00",', "amount: text where an amount is declared"),
        ("deals.csv", "2,12k,", "amount: text where an amount is declared"),
        ("deals.csv", "2,1_000,", "amount: text where an amount is declared"),
        ("deals.csv", "2,1e99,", "amount: " + FINER.format(2)),
        ("deals.csv", "2,10,31.12.2026", "closed_at: text that is no instant"),
        ("costs.csv", "2,2026-01-01,12k,,", "spend: text where a number is due"),
        ("costs.csv", "2,2026-01-01,0.0000001,,", "spend: " + FINER.format(6)),
        ("costs.csv", "2,2026-01-01,1234567890123.5,,", "spend: " + FINER.format(6)),
        ("costs.csv", "2,2026-01-01,,1.5,", "clicks: text where a whole number is declared"),
        ("costs.csv", "2,2026-01-01,,,many", "platform_conversions: text where a number is due"),
        ("costs.csv", "2,01/02/2026,,,", "reported_on: text that is no day"),
    ],
)
def test_a_value_that_its_column_cannot_hold_exactly_is_in_quarantine(
    inbox: Inbox, name: str, line: str, reason: str
) -> None:
    inbox.map(DEALS)
    head, good = {
        "deals.csv": ("id,worth,closed", "1,12500.00,2026-01-31"),
        "costs.csv": ("id,day,cost,clicks,won", "1,2026-01-01,0.000001,3,0.5"),
    }[name]
    inbox.drop(name, f"{head}\n{good}\n{line}\n")
    table = "deals" if name == "deals.csv" else "ad_days"
    assert inbox.load().tables[table].adds_up
    assert inbox.rows("select reason from quarantine.file_drops") == [(reason,)]
    assert inbox.rows(f"select count(*) from raw_file_drops.{table}") == [(1,)]


MAIL = """
source: toy
files:
  - pattern: mail*.csv
    table: email_events
    columns: {event_id: id, event_type: kind, bounce_class: class}
"""


def test_a_bounce_of_an_unknown_class_waits_for_its_mapping(inbox: Inbox) -> None:
    inbox.map(MAIL)
    inbox.drop("mail_1.csv", "id,kind,class\n1,bounce,hard\n2,bounce,\n3,bounce,Block\n4,open,\n")
    inbox.load()
    [(reason, body)] = inbox.rows("select reason, body from quarantine.file_drops")
    assert reason.startswith("bounce_class: mail_1.csv holds a word that is none of hard, soft; ")
    assert "`values` under bounce_class in config/file_drops/toy.yml" in reason
    assert '"class": "Block"' in body

    inbox.map(MAIL.replace("class}", "{column: class, values: {hard: hard, Block: soft}}}"))
    inbox.load(1)
    held = "select event_id, bounce_class from raw_file_drops.email_events order by 1"
    assert inbox.rows(held) == [("1", "hard"), ("2", None), ("3", "soft"), ("4", None)]


def test_an_amount_stays_as_it_came_and_an_empty_one_is_null(inbox: Inbox) -> None:
    inbox.map(DEALS)
    told = {
        "1": "5000.000",
        "2": "-.5",
        "3": "+7.",
        "4": "1e3",
        "5": " ",
        "6": "9999999999999999.99",
    }
    inbox.drop("deals.csv", "id,worth,closed\n" + "".join(f"{k},{v},\n" for k, v in told.items()))
    inbox.load()
    held = inbox.rows(
        "select amount, cast(amount as decimal(18, 2)) from raw_file_drops.deals "
        "order by source_record_id"
    )
    kept = ["5000.000", "-.5", "+7.", "1000", None, "9999999999999999.99"]
    assert [text for text, _ in held] == kept
    assert [number for _, number in held] == [
        None if each is None else Decimal(each) for each in kept
    ]
    assert inbox.rows("select count(*) from quarantine.file_drops") == [(0,)]


def test_bytes_of_another_encoding_send_only_their_row_to_quarantine(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE.encode() + b"2,caf\xe9@corp.example,2026-01-01,f1,l,\n")
    assert inbox.load().tables["contacts"].quarantined == 1


def test_an_unmapped_column_is_reported(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE.replace("note", "shoe_size"))
    drift = inbox.load().drift
    assert drift["contacts", "toy/people.csv:shoe_size", "unmapped_column"] == 1


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


ADA = {"id": "1", "mail": "ada@corp.example", "changed": "2026-01-01", "firm": "f1", "stage": "l"}
CONTACTS = "select source_record_id, email, company_name from raw_file_drops.contacts order by 1"


def test_json_lines_are_read_by_the_same_mapping_and_a_bad_line_is_kept_by_number(
    inbox: Inbox,
) -> None:
    bob = {
        "id": 2,
        "mail": None,
        "changed": None,
        "firm": None,
        "stage": None,
        "shoe": {"size": 44},
    }
    twice = '{"id": "3", "id": "4"}'
    lines = [json.dumps(ADA), "", "no json", json.dumps(bob), "[1]", twice]
    inbox.map(MAPPING.replace("people*.csv*", "people*"))
    inbox.drop("people.jsonl.gz", gzip.compress("\n".join(lines).encode()))
    report = inbox.load()

    assert inbox.rows(CONTACTS) == [("1", "ada@corp.example", "Corp"), ("2", None, None)]
    assert inbox.rows("select reason, body from quarantine.file_drops order by 1") == [
        ("people.jsonl.gz: line 3 is no JSON object", "no json\n"),
        ("people.jsonl.gz: line 5 is no JSON object", "[1]\n"),
        ("people.jsonl.gz: line 6 has a repeated field name", twice),
    ]
    assert report.drift["contacts", "toy/people.jsonl.gz:shoe", "unmapped_column"] == 1


def test_a_column_that_no_json_line_has_stops_the_load(inbox: Inbox) -> None:
    inbox.map(MAPPING.replace("people*.csv*", "people*"))
    inbox.drop("people.jsonl", json.dumps({"id": "1", "changed": "", "firm": "", "stage": ""}))
    with pytest.raises(LoadFailed, match=r"people\.jsonl has no column 'mail'"):
        inbox.load()


def parquet(path: Path, table: pa.Table, **options: Any) -> None:
    pq.write_table(table, path, **options)


def test_parquet_is_read_by_the_same_mapping(inbox: Inbox) -> None:
    inbox.map(MAPPING.replace("people*.csv*", "people*"))
    rows = [{**ADA, "id": 1.0, "changed": NOW, "note": [1]}]
    parquet(inbox.folder / "people.parquet", pa.Table.from_pylist(rows))
    inbox.load()
    assert inbox.rows(CONTACTS) == [("1", "ada@corp.example", "Corp")]


def test_a_parquet_bomb_is_refused_by_counting_what_is_read(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.map(MAPPING.replace("people*.csv*", "people*"))
    monkeypatch.setattr("ingestion.sources.file_drops.columnar.MAX_UNPACKED", 50 * 1024**2)
    big = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int8()), ["x" * 64 * 1024])
    table = pa.table({name: big if name == "mail" else ["1"] * 100_000 for name in ADA})
    path = inbox.folder / "people.parquet"
    parquet(path, table, compression="zstd")
    assert path.stat().st_size < 100_000  # it stands for 6 GB
    with pytest.raises(LoadFailed, match=r"people\.parquet unpacks to more than"):
        inbox.load()
    assert inbox.rows("select count(*) from raw_file_drops.contacts") == [(0,)]


@pytest.mark.parametrize("content", [b"PAR1 no parquet PAR1", b""])
def test_a_broken_parquet_file_stops_the_load_with_its_remedy(inbox: Inbox, content: bytes) -> None:
    inbox.map(MAPPING.replace("people*.csv*", "people*"))
    inbox.drop("people.parquet", content)
    with pytest.raises(LoadFailed, match=r"people\.parquet cannot be read"):
        inbox.load()


def test_a_file_of_another_encoding_says_so_and_is_read_where_the_mapping_names_it(
    inbox: Inbox,
) -> None:
    inbox.drop("people.csv", PEOPLE.encode("utf-16"))
    with pytest.raises(LoadFailed, match="encoding: utf-16"):
        inbox.load()
    inbox.map(
        MAPPING.replace("    table: contacts\n", "    table: contacts\n    encoding: utf-16\n")
    )
    inbox.drop("firms.csv", "id,name\nf1,Corp\n".encode("utf-16"))
    inbox.load(1)
    assert inbox.rows(CONTACTS) == [("1", "ada@corp.example", "Corp")]


@pytest.mark.parametrize("header", ["id\tx", "id\x00", '"id\r\nset-cookie: a"'])
def test_a_header_with_control_characters_is_refused(inbox: Inbox, header: str) -> None:
    inbox.drop("people.csv", PEOPLE.replace("note", header))
    with pytest.raises(LoadFailed, match=r"people\.csv line 1 names a column with a control"):
        inbox.load()


def test_sql_in_a_header_or_a_cell_is_only_text(inbox: Inbox) -> None:
    hostile = "x'); drop table ingest.loads; --"
    inbox.drop("people.csv", PEOPLE.replace("note", hostile).replace("ada@", "'; drop schema x; "))
    report = inbox.load()
    assert ("contacts", f"toy/people.csv:{hostile}", "unmapped_column") in report.drift
    assert inbox.rows("select email from raw_file_drops.contacts") == [
        ("'; drop schema x; corp.example",)
    ]


def test_a_formula_stays_as_it_came(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE.replace("ada@corp.example", "=cmd|' /C calc'!A0"))
    inbox.load()
    assert inbox.rows("select email from raw_file_drops.contacts") == [("=cmd|' /C calc'!A0",)]


def test_a_file_of_nothing_but_bad_rows_is_refused(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.file_drops.content.MAX_BAD_ROWS", 3)
    inbox.drop("people.csv", PEOPLE + "1,2\n" * 4)
    with pytest.raises(LoadFailed, match="more than 3 rows that cannot be read, up to line 6"):
        inbox.load()


def test_an_unclosed_quote_is_refused_with_its_line(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.file_drops.reader.MAX_FIELD", 1000)
    inbox.drop("people.csv", PEOPLE + '2,"b' + "x\n" * 2000)
    with pytest.raises(LoadFailed, match=r"people\.csv cannot be read .*line"):
        inbox.load()


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "..", "a\\\\b"])
def test_a_lookup_stays_in_its_folder(inbox: Inbox, name: str) -> None:
    inbox.map(MAPPING.replace("firms.csv", f'"{name}"'))
    with pytest.raises(LoadFailed, match="names a file beside the others"):
        inbox.load()


def test_a_linked_lookup_is_refused_before_a_byte_is_read(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE)
    (inbox.folder / "firms.csv").unlink()
    (inbox.folder / "firms.csv").symlink_to("/dev/zero")
    with pytest.raises(LoadFailed, match=r"firms\.csv is no plain file"):
        inbox.load()


def test_the_newest_row_of_a_lookup_counts_or_all_of_them(inbox: Inbox) -> None:
    inbox.drop("people.csv", PEOPLE)
    inbox.drop("firms.csv", "id,name,at\nf1,New,2026-01-02 9:00:00\nf1,Old,2026-01-01 10:00:00\n")
    inbox.map(MAPPING.replace("value: name}", "value: name, newest: at}"))
    inbox.load()
    inbox.map(MAPPING.replace("value: name}", "value: name, all: true}"))
    inbox.load(1)
    found = inbox.rows("select company_name from raw_file_drops.contacts order by _dlt_valid_from")
    assert found == [("New",), ("New;Old",)]


def test_an_optional_lookup_may_be_missing(inbox: Inbox) -> None:
    (inbox.folder / "firms.csv").unlink()
    inbox.drop("people.csv", PEOPLE)
    with pytest.raises(LoadFailed, match=r"firms\.csv is missing"):
        inbox.load()
    inbox.map(MAPPING.replace("value: name}", "value: name, optional: true}"))
    inbox.load(1)
    assert inbox.rows(CONTACTS) == [("1", "ada@corp.example", None)]


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


SHIPPED = sorted(path.stem for path in (PROJECT / "config" / "file_drops").glob("*.yml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_mappings_are_sound(name: str) -> None:
    assert read_drop(PROJECT / "config" / "file_drops", name).files


def test_the_example_mapping_reads_a_webinar_export_and_a_contact_list(inbox: Inbox) -> None:
    inbox.map((PROJECT / "config" / "file_drops" / "contact_list.yml").read_text())
    inbox.drop(
        "webinar_attendance_2026-06.csv",
        "webinar_id,email,first_name,last_name,company,job_title,country,registered_at,joined_at,"
        "minutes_attended\n"
        "w1,ada@corp.example,Ada,L,Corp,CTO,GB,2026-06-01 9:00:00,2026-06-09,31\n",
    )
    inbox.drop(
        "contact_list_fair.csv",
        "email;first_name;last_name;company;phone;country;list_name;added_at;opted_out\n"
        "bob@corp.example;Bob;B;Corp;;DE;fair;2026-05-01;yes\n",
    )
    inbox.load()
    found = inbox.rows(
        "select source, source_record_id, source_declared, is_unsubscribed "
        "from raw_file_drops.contacts order by 2"
    )
    assert found == [
        ("webinar", "bob@corp.example", "fair", True),
        ("webinar", "w1:ada@corp.example", "webinar", None),
    ]
