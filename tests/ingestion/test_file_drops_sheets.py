"""Workbooks: exact numbers and days, nothing silent, and no file that fills the memory."""

import struct
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from inbox import Inbox
from workbooks import Sheet, error, formula, number, table, text, workbook

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops import sheets

MAPPING = """
source: toy
files:
  - pattern: deals*
    table: deals
    columns: {source_record_id: id, amount: worth, name: title, closed_at: closed}
    ignored: [note]
"""
HEAD = {"A": text("id"), "B": text("worth"), "C": text("title"), "D": text("closed")}


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    made = Inbox(tmp_path)
    made.map(MAPPING)
    return made


def deals(*rows: dict[str, str], is_1904: bool = False) -> bytes:
    return workbook(Sheet("Deals", dict(enumerate([HEAD, *rows], start=1))), is_1904=is_1904)


def test_a_workbook_reads_by_the_mapping_of_the_csv(inbox: Inbox) -> None:
    inbox.drop("deals.csv", "id,worth,title,closed\n7,12.5,A,2026-01-01 09:00:00\n")
    row = {"A": number("7"), "B": number("12.5"), "C": text("A"), "D": number("46023.375", 2)}
    inbox.load()
    inbox.drop("deals.xlsx", deals(row))
    assert inbox.load(1).tables["deals"].unchanged == 1
    assert inbox.rows(
        "select source_record_id, amount, name, closed_at from raw_file_drops.deals"
    ) == [("7", "12.5", "A", datetime(2026, 1, 1, 9))]


@pytest.mark.parametrize(
    ("stored", "amount"),
    [
        ("1.1000000000000001", "1.1"),
        ("0.30000000000000004", "0.3"),
        ("4.3499999999999996", "4.35"),
        ("1234567890123.45", "1234567890123.45"),
        ("1E-2", "0.01"),
        ("9007199254740991", "9007199254740991"),
    ],
)
def test_money_gains_no_digits(inbox: Inbox, stored: str, amount: str) -> None:
    inbox.drop("deals.xlsx", deals({"A": text("1"), "B": number(stored)}))
    assert inbox.read().values("deals", "amount") == [(amount,)]


def test_days_are_those_of_the_workbooks_own_calendar(inbox: Inbox) -> None:
    day = {"A": text("1"), "D": number("44561", 1)}
    inbox.drop("deals_mac.xlsx", deals(day, is_1904=True))
    inbox.drop("deals.xlsx", deals({**day, "D": number("46023", 1)}))
    assert inbox.read().values("deals", "closed_at") == [("2026-01-01",)] * 2


def test_percent_is_a_fraction_and_a_truth_value_a_word(inbox: Inbox) -> None:
    inbox.drop(
        "deals.xlsx", deals({"A": number("0.15", 3), "C": ' t="b"><v>1</v>'}, {"A": text("007")})
    )
    found = inbox.read().values("deals", "source_record_id name")
    assert found == [("0.15", "true"), ("007", None)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (error("#DIV/0!"), "an error of the spreadsheet"),
        (error("#N/A"), "an error of the spreadsheet"),
        (formula(""), "a formula that was never calculated"),
        (number("23856469955990536"), "a number of more than 15 digits"),
    ],
)
def test_a_cell_without_its_value_sends_its_row_to_quarantine(
    inbox: Inbox, cell: str, reason: str
) -> None:
    inbox.drop("deals.xlsx", deals({"A": text("1"), "B": cell}, {"A": text("2")}))
    found = inbox.read()
    assert [said[: len("amount: " + reason)] for said in found.bad] == ["amount: " + reason]
    assert found.values("deals", "source_record_id") == [("2",)]


def test_an_error_in_a_column_that_is_not_read_does_no_harm(inbox: Inbox) -> None:
    rows = {1: {**HEAD, "E": text("note")}, 2: {"A": text("1"), "E": error("#REF!")}}
    inbox.drop("deals.xlsx", workbook(Sheet("Deals", rows)))
    assert inbox.read().values("deals", "source_record_id") == [("1",)]


def test_the_result_of_a_formula_counts_even_where_it_is_no_text(inbox: Inbox) -> None:
    row = {"A": formula("x", "str"), "B": formula("2.5"), "C": formula("", "str")}
    inbox.drop("deals.xlsx", deals(row))
    assert inbox.read().values("deals", "source_record_id amount name") == [("x", "2.5", None)]


def test_the_sheet_and_the_row_of_the_names_come_from_the_mapping(inbox: Inbox) -> None:
    inbox.map(MAPPING + "    sheet: Q1\n    header_row: 3\n")
    rows = {
        1: {"A": text("Deals of the quarter")},
        2: {"A": text("id"), "B": text("Money"), "C": text("Other")},
        3: {"B": text("worth"), "C": text("title"), "D": text("closed")},
        5: {"A": text("1"), "B": number("5"), "C": text("Deal")},
    }
    q1 = Sheet("Q1", rows, merged=("A2:A3", "C2:D2", "A1:D1"))
    inbox.drop("deals.xlsx", workbook(Sheet("Other", table("a,b")), q1, Sheet("H", {}, True)))
    found = inbox.read()
    wanted = "source_record_id amount name row_number"
    assert found.values("deals", wanted) == [("1", "5", "Deal", 5)]
    assert found.drift["deals", "toy/deals.xlsx:Other", "sheet_not_read"] == 1
    assert found.drift["deals", "toy/deals.xlsx:H", "hidden_sheet"] == 1


def test_titles_above_the_names_of_a_csv_are_stepped_over_too(inbox: Inbox) -> None:
    inbox.map(MAPPING + "    header_row: 3\n")
    inbox.drop("deals.csv", "Deals\n1 January - 31 January\nid,worth,title,closed\n1,5,Deal,\n")
    assert inbox.read().values("deals", "source_record_id row_number") == [("1", 4)]


def test_a_tab_parts_the_cells_of_a_tsv_without_a_word(inbox: Inbox) -> None:
    inbox.drop("deals.tsv", "id\tworth\ttitle\tclosed\n1\t5\ta, b\t\n")
    assert inbox.read().values("deals", "source_record_id name") == [("1", "a, b")]


def test_the_first_visible_sheet_is_read_and_a_hidden_one_only_by_name(inbox: Inbox) -> None:
    hidden = Sheet("Old", table("id,worth,title,closed", "1,1,old"), is_hidden=True)
    shown = Sheet("New", table("id,worth,title,closed", "1,1,new"))
    inbox.drop("deals.xlsx", workbook(hidden, shown))
    assert inbox.read().values("deals", "name") == [("new",)]
    inbox.map(MAPPING + "    sheet: Old\n")
    assert inbox.read().values("deals", "name") == [("old",)]


def test_a_merged_cell_gives_its_value_to_one_row_and_the_others_wait(inbox: Inbox) -> None:
    rows = {1: HEAD, 2: {"A": text("1"), "B": number("300")}, 3: {"A": text("2")}}
    inbox.drop("deals.xlsx", workbook(Sheet("Deals", rows, merged=("B2:B3",))))
    found = inbox.read()
    assert found.values("deals", "amount") == [("300",)]
    [said] = found.bad
    assert said.endswith("unmerge it")


def test_a_cell_under_no_name_is_told(inbox: Inbox) -> None:
    inbox.drop("deals.xlsx", deals({"A": text("1"), "F": text("stray")}, {"A": text("2")}))
    found = inbox.read()
    assert found.bad == ["deals.xlsx: row 2 has a cell under a column without a name"]
    assert len(found.rows["deals"]) == 1


def locked() -> bytes:
    """The head of a compound file, in which Office wraps what a password protects."""
    return struct.pack("<Q", 0xE11AB1A1E011CFD0) + bytes(2000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (locked(), "deals.xlsx is protected by a password"),
        (b"no workbook", "deals.xlsx cannot be read"),
        (b"", "deals.xlsx cannot be read"),
        (workbook(Sheet("Deals", {})), "has nothing on its sheet 'Deals'"),
        (workbook(Sheet("Deals", {}, is_hidden=True)), "has no visible sheet"),
        (workbook(Sheet("Deals", table("id,worth,title,title"))), "names the column 'title' twice"),
        (workbook(Sheet("Deals", table("id,worth", "1,2"))), "has no column 'closed'"),
    ],
)
def test_a_workbook_that_is_not_read_says_why(inbox: Inbox, content: bytes, said: str) -> None:
    inbox.drop("deals.xlsx", content)
    with pytest.raises(LoadFailed, match=said):
        inbox.read()


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(inbox: Inbox) -> None:
    inbox.map(MAPPING + "    sheet: Q2\n")
    inbox.drop("deals.xlsx", deals())
    with pytest.raises(LoadFailed, match="has no sheet 'Q2'; it has Deals"):
        inbox.read()


def test_two_cells_at_the_ends_of_a_sheet_cost_a_sentence_and_no_memory(inbox: Inbox) -> None:
    rows = {1: HEAD, 1048576: {"XFD": number("1")}}
    inbox.drop("deals.xlsx", workbook(Sheet("Deals", rows)))
    with pytest.raises(LoadFailed, match="A cell far outside the table is often why"):
        inbox.read()


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_is(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 100_000)
    bomb = deals({"A": text("1"), "C": text("x" * 1_000_000)})
    assert len(bomb) < 5_000
    inbox.drop("deals.xlsx", bomb)
    with pytest.raises(LoadFailed, match="says that it unpacks to 1,0"):
        inbox.read()

    # The same sheet that says of itself, in both of its headers, that it has 1,000 bytes.
    size = next(
        e.file_size for e in zipfile.ZipFile(BytesIO(bomb)).infolist() if "s1" in e.filename
    )
    inbox.drop("deals.xlsx", bomb.replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    with pytest.raises(LoadFailed, match="cannot be read"):
        inbox.read()


@pytest.mark.parametrize("name", ["deals.xls", "deals.ods", "deals.xlsb"])
def test_a_kind_that_hides_its_errors_is_refused_in_words(inbox: Inbox, name: str) -> None:
    inbox.drop(name, b"x")
    with pytest.raises(LoadFailed, match=r"Save it as .xlsx or export it as CSV"):
        inbox.read()
