"""Every value that a vendor can send is a typed value or a row of quarantine, never a crash."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingestion.contract import Column, ColumnType, Table
from ingestion.typed import arrow_schema, type_rows

FINER = "an amount finer or larger than the column holds"
OUTSIDE = "an instant outside the calendar"


def refused(type_: ColumnType, value: Any) -> str:
    """Return why a value is refused, "" where the raw table takes it."""
    table = Table("toy", "versioned", ("id",), (Column("id"), Column("value", type_)))
    typed = type_rows(table, [{"id": "1", "value": value}], 0)
    pa.Table.from_pylist(typed.rows, schema=arrow_schema(table))
    return typed.bad[0][0].removeprefix("value: ") if typed.bad else ""


@pytest.mark.parametrize("digits", [18, 19, 20, 27, 28, 29])
def test_an_amount_of_every_length_that_the_column_holds_is_taken_exactly(digits: int) -> None:
    table = Table("toy", "versioned", ("id",), (Column("id"), Column("value", "decimal")))
    text = "9" * digits + ".123456789"
    rows = type_rows(table, [{"id": "1", "value": text}], 0).rows
    (held,) = pa.Table.from_pylist(rows, schema=arrow_schema(table))["value"].to_pylist()
    assert held == Decimal(text)


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("decimal", "9" * 30, FINER),
        ("decimal", "9" * 29 + ".1234567891", FINER),
        ("decimal", "1e29", FINER),
        ("decimal", 10**400, FINER),
        ("decimal", 1e300, FINER),
        ("decimal", "1e-10", FINER),
        ("decimal", "-" + "9" * 5000, FINER),
        ("double", 10**400, "not a finite number"),
        ("bigint", Decimal(10**40), "a whole number past 64 bits"),
        ("bigint", Decimal("1e999"), "a fraction where a whole number is declared"),
        ("timestamp", "9" * 5000, OUTSIDE),
        ("timestamp", "²" * 10, "text that is no instant"),
        ("timestamp", "0001-01-01T00:00:00+14:00", OUTSIDE),
        ("timestamp", "9999-12-31T23:59:59-14:00", OUTSIDE),
    ],
)
def test_a_value_past_what_its_column_holds_goes_to_quarantine_with_its_reason(
    type_: ColumnType, value: Any, reason: str
) -> None:
    assert refused(type_, value) == reason
