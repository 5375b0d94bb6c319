"""Rows as vendors send them -> rows of the declared types, or a reason why not.

Nothing is coerced silently: a value that does not fit its declared column sends the row to
quarantine, an undeclared field is kept in `_extra` and reported as drift.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import pyarrow as pa

from ingestion.contract import Column, ColumnType, Table
from ingestion.convert import CONVERT, BadValueError, body_of, json_text
from ingestion.shape import snake
from ingestion.wire import COLLISION

ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "decimal": pa.decimal128(38, 9),
    "money": pa.string(),
    "micros": pa.string(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}


@dataclass
class Typed:
    """Typed rows, the rows that could not be typed with their reason, and the drift seen.

    `held` are the keys of bad rows that can be read: their last good version is to stay; `nameless`
    counts those whose key cannot. `seen` are the declared columns that any row named at all.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    held: list[tuple[str, ...]] = field(default_factory=list)
    nameless: int = 0
    seen: set[str] = field(default_factory=set)
    drift: dict[tuple[str, str], int] = field(default_factory=dict)


def arrow_schema(table: Table) -> pa.Schema:
    """Return the arrow schema of a spooled row: declared columns and the load's own."""
    declared = [pa.field(column.name, ARROW[column.type]) for column in table.own_columns]
    own = [("_extra", pa.string()), ("is_deleted", pa.bool_()), ("_seq", pa.int64())]
    return pa.schema([*declared, *(pa.field(name, type_) for name, type_ in own)])


@dataclass(frozen=True)
class Judge:
    """Types single rows by a table's columns.

    A row whose order column lies after `latest` (naive UTC) is bad: it would stay the newest for
    ever.
    """

    table: Table
    latest: datetime | None
    declared: frozenset[str]
    converters: tuple[tuple[str, Callable[[Any], Any]], ...]

    @classmethod
    def of(cls, table: Table, latest: datetime | None) -> Self:
        """Return the judge of a table's rows."""
        converters = tuple((column.name, converter(column)) for column in table.columns)
        return cls(table, latest, frozenset(name for name, _ in converters), converters)

    def take(self, row: dict[str, Any], seq: int, out: Typed) -> None:
        """Put one row where it belongs: typed among the good ones, or with the bad ones."""
        try:
            typed = _typed(self.table, row, self.converters, self.declared, seq, out.drift)
            order = self.table.order
            if order and self.latest and typed[order] and typed[order] > self.latest:
                raise BadValueError(f"{order}: an instant ahead of now")
            out.rows.append(typed)
        except BadValueError as error:
            out.bad.append((str(error), body_of(row)))
            key = _readable_key(self.table, row)
            out.held += key
            out.nameless += not key


def type_rows(
    table: Table, rows: list[dict[str, Any]], first_seq: int, latest: datetime | None = None
) -> Typed:
    """Return the rows typed by the table's columns; `_seq` numbers them in the order they came."""
    judge, out = Judge.of(table, latest), Typed()
    for offset, row in enumerate(rows):
        judge.take(row, first_seq + offset, out)
        out.seen |= judge.declared & row.keys()
    return out


def converter(column: Column) -> Callable[[Any], Any]:
    """Return what types the values of a column, its words among them."""
    convert = CONVERT[column.type]
    if not column.words:
        return convert

    def known(value: Any) -> Any:
        if value not in column.words:
            raise BadValueError("a word that it is not known to say")
        return convert(value)

    return known


def _readable_key(table: Table, row: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the key of a bad row, as text, or nothing where it cannot be read."""
    values = [row.get(name) for name in table.key]
    if None in values:
        return []
    try:
        pairs = zip(table.key, values, strict=True)
        key = [CONVERT[table.column(name).type](value) for name, value in pairs]
    except BadValueError:
        return []
    return [tuple(str(part) for part in key)]


def _typed(
    table: Table,
    row: Mapping[str, Any],
    converters: tuple[tuple[str, Callable[[Any], Any]], ...],
    declared: frozenset[str],
    seq: int,
    drift: dict[tuple[str, str], int],
) -> dict[str, Any]:
    if COLLISION in row:
        raise BadValueError(str(row[COLLISION]))
    typed: dict[str, Any] = {"_seq": seq}
    for name, convert in converters:
        value = row.get(name)
        if value is None:
            typed[name] = None
            continue
        try:
            typed[name] = convert(value)
        except BadValueError as error:
            raise BadValueError(f"{name}: {error}") from None
        if isinstance(value, str) and "\x00" in value:
            _note(drift, name, "nul_byte", 1)
    for name in table.key:
        if typed[name] is None:
            raise BadValueError(f"{name}: the key is empty")
    typed["is_deleted"] = bool(typed.get("is_deleted"))
    extra = {
        name: value
        for name, value in row.items()
        if name not in declared and name not in table.ignored
    }
    for name in extra:
        if snake(name) in row and snake(name) != name:
            raise BadValueError(f"two fields are both named {snake(name)}")
        note_extra(drift, name, 1)
    typed["_extra"] = json_text(extra) if extra else None
    return typed


def note_extra(drift: dict[tuple[str, str], int], name: str, times: int) -> None:
    """Count an undeclared field, by a name that the report can hold."""
    _note(drift, name[:200].encode("utf-8", "replace").decode(), "undeclared", times)


def _note(drift: dict[tuple[str, str], int], name: str, kind: str, times: int) -> None:
    drift[name, kind] = drift.get((name, kind), 0) + times
