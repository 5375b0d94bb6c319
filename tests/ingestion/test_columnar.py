"""Typing by column and typing by row may never differ: a batch's neighbours would change a row."""

import string
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.columnar import type_columns
from ingestion.contract import Column, ColumnType, Table
from ingestion.typed import ARROW, arrow_schema, type_rows
from ingestion.wire import COLLISION, ExactFloat

LATEST = datetime(2026, 3, 2)
TYPES: list[ColumnType] = list(ARROW)
# What a vendor sends for each type, so that whole columns are plain often enough.
USUAL: dict[ColumnType, st.SearchStrategy[Any]] = {
    "text": st.text(string.ascii_letters + "äß€", max_size=5),
    "bigint": st.integers(-5, 10**12) | st.integers(0, 10**19).map(str),
    "double": st.floats(-1e6, 1e6) | st.integers(-5, 2**60) | st.just(ExactFloat("12.50")),
    "decimal": st.decimals(-1000, 1000, places=3).map(str),
    "money": st.decimals(-1000, 1000, places=2).map(str) | st.sampled_from(["1.5", "-0.05", "7"]),
    "micros": st.decimals(-1000, 1000, places=6).map(str) | st.integers(0, 10**13).map(str),
    "bool": st.booleans() | st.sampled_from(["true", "False", "1", "no", ""]),
    "timestamp": st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1)).map(
        lambda each: each.isoformat() + "Z"
    )
    | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(str)
    | st.integers(0, 2 * 10**12),
    "date": st.dates(date(1890, 1, 1), date(2210, 1, 1)).map(str),
    "json": st.text("{}[]:1", max_size=4)
    | st.dictionaries(st.text(max_size=2), st.integers() | st.floats(), max_size=2),
}
SPOILED_VALUES = [
    *(
        "",
        " ",
        "ten",
        "\x00",
        "a\x00b",
        "2026-01-01\x00",
        "\ud800",
        "9" * 20,
        "9" * 30,
        "1e400",
    ),
    *("nan", "inf", "-7", "+7", " 7 ", "0x1F", "1_000", "٣", "1.5", "1,5", "1e2", ".5", "5."),
    *("2026-02-30", "2026-01-01", "20260101", "9999-12-31T00:00:00Z", "2026-01-01T24:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00.1234567Z", "1767225600000", "true"),
    *("2026-03-02T00:00:00.000001Z", "2026-01-01T00:00:00+02", "2026-01-01T00:00:60Z"),
    *(True, False, 0, 1, -1, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 0.1, 1e300, 2.0),
    *(float("nan"), float("inf"), ExactFloat("1e3"), ExactFloat("0.005"), Decimal("1.10")),
    *(Decimal("NaN"), Decimal("1e999"), [], {}, [1], {"a": float("nan")}, {"b": "\ud800"}),
    *(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1), date(2026, 1, 1), date(1, 1, 1)),
    *(b"bytes", 1j),
    *("0.005", "0.0000005", "12345678901234567.89", "1234567890123.5", "999999999999.999999"),
]
SPOILED = st.sampled_from(SPOILED_VALUES)
AROUND_LATEST = st.sampled_from(
    [f"2026-{rest}Z" for rest in ("01-01T00:00:00", "03-02T00:00:00", "03-02T00:00:00.000001")]
)
EXTRA = st.sampled_from(["shoe_size", "ShoeSize", "Name", "seen", "\ud800", COLLISION, "x" * 300])


def told(table: Table, rows: list[dict[str, Any]], *, by_column: bool) -> tuple[Any, ...]:
    """Return everything that typing tells of the rows."""
    if by_column:
        found, typed = type_columns(table, rows, 7, LATEST)
    else:
        typed = type_rows(table, rows, 7, LATEST)
        found = pa.Table.from_pylist(typed.rows, schema=arrow_schema(table))
    return (
        found.schema,
        found.to_pylist(),
        *(typed.bad, typed.held, typed.nameless, typed.seen, typed.drift),
    )


@st.composite
def batches(draw: st.DrawFn, type_: ColumnType) -> tuple[Table, list[dict[str, Any]]]:
    """A table with one column of the type, an order and words; rows, a few of them spoiled."""
    named = Column("name", type_, words=draw(st.sampled_from([(), (), ("ten", "1.5", "true")])))
    columns = (Column("id"), named, Column("at", "timestamp"), Column("is_deleted", "bool"))
    table = Table(
        "toy",
        "versioned",
        draw(st.sampled_from([("id",), ("id", "name")])),
        columns[: draw(st.sampled_from([3, 4]))],
        order=draw(st.sampled_from([None, "at"])),
        ignored=("seen",),
    )
    usual = USUAL[type_] if draw(st.booleans()) else USUAL[type_] | st.none() | SPOILED
    rows = []
    for number in range(draw(st.integers(0, 6))):
        row: dict[str, Any] = {"id": str(number), "name": draw(usual), "at": draw(AROUND_LATEST)}
        match draw(st.integers(0, 9)):
            case 0:
                row[draw(st.sampled_from(["id", "at", "is_deleted"]))] = draw(SPOILED | st.none())
            case 1:
                row[draw(EXTRA)] = draw(SPOILED)
            case 2:
                del row[draw(st.sampled_from(["id", "name", "at"]))]
        rows.append(row)
    return table, rows


@pytest.mark.parametrize("type_", TYPES)
@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_row_is_typed_or_refused_alike_whatever_comes_beside_it(
    type_: ColumnType, data: st.DataObject
) -> None:
    table, rows = data.draw(batches(type_))
    assert told(table, rows, by_column=True) == told(table, rows, by_column=False)


@pytest.mark.parametrize("type_", TYPES)
def test_every_spoiled_value_of_every_type_has_the_same_fate_by_column(type_: ColumnType) -> None:
    table = Table("toy", "versioned", ("id",), (Column("id"), Column("name", type_)))
    for value in SPOILED_VALUES:
        for rows in ([{"id": "1", "name": value}], [{"id": "1", "name": value}, {"id": "2"}]):
            assert told(table, rows, by_column=True) == told(table, rows, by_column=False), value
