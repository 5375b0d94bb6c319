"""A CSV or Parquet file as a view with numbered rows, and cells that are what their column says.

Rows count from 1, the header not counted. Nothing is guessed, and no row is left out: the first
cell that is not what it must be ends the reading with its row and column.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from attribution.errors import CannotCredit

VIEW = "source_rows"
_TEXT, _YES, _NO = "VARCHAR", ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_NUMBERS = ("DOUBLE", "FLOAT", "TINYINT", "SMALLINT", "INTEGER", "BIGINT")
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_HEADER = 1 << 16
_SHOWN = 40
_ROW = "__row"


@dataclass(frozen=True)
class Cell:
    """One column as SQL: its value, when a cell is wrong, and what it must be."""

    name: str
    column: str
    value: str
    wrong: str
    must_be: str


@dataclass(frozen=True)
class Source:
    """An open file: its columns with their types, by which its cells are read."""

    connection: duckdb.DuckDBPyConnection
    file: Path
    types: dict[str, str]
    is_parquet: bool

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self.types

    def text(self, name: str, column: str, *, joined: str = "") -> Cell:
        """Return a cell of text that may not be empty, without blanks around it.

        A list of texts is `joined` by that separator.
        """
        value = f"trim(cast({self._quoted(column)} as varchar))"
        if joined and self.types[column] == f"{_TEXT}[]":
            between = joined.replace("'", "''")
            value = f"array_to_string({self._quoted(column)}, '{between}')"
        return Cell(name, column, value, f"coalesce({value}, '') = ''", "a text that is not empty")

    def instant(self, name: str, column: str) -> Cell:
        """Return an instant in UTC; text without a zone is in UTC."""
        quoted, kind = self._quoted(column), self.types.get(column, "")
        if kind == _TEXT:
            value = f"timezone('UTC', try_cast({quoted} as timestamptz))"
        elif kind == "TIMESTAMP WITH TIME ZONE":
            value = f"timezone('UTC', {quoted})"
        elif kind == "DATE" or kind.startswith("TIMESTAMP"):
            value = f"cast({quoted} as timestamp)"
        else:
            raise CannotCredit(f"column {column} holds {kind}, and no instants")
        wrong = f"{value} is null or not isfinite({value})"
        return Cell(name, column, value, wrong, "an ISO instant like 2026-01-31T12:00:00Z")

    def flag(self, name: str, column: str) -> Cell:
        """Return a boolean; an empty cell is false."""
        quoted = self._quoted(column)
        if self.types[column] == "BOOLEAN":
            return Cell(name, column, f"coalesce({quoted}, false)", "false", "")
        text = f"lower(trim(cast({quoted} as varchar)))"
        yes, no = (", ".join(f"'{word}'" for word in words) for words in (_YES, _NO))
        value = f"coalesce({text} in ({yes}), false)"
        wrong = f"coalesce({text}, '') not in ({yes}, {no}, '')"
        return Cell(name, column, value, wrong, "true or false, yes or no, 1 or 0")

    def number(self, name: str, column: str | None, *, count: bool = False) -> Cell:
        """Return a number, 0 where the cell is empty or there is no column; a count is whole."""
        if column is None:
            return Cell(name, name, f"cast(0 as {'bigint' if count else 'double'})", "false", "")
        quoted, is_text = self._quoted(column), self.types[column] == _TEXT
        text = f"nullif(trim({quoted}), '')" if is_text else quoted
        value = f"coalesce(try_cast({text} as double), 0)"
        wrong = f"not isfinite({value}) or abs({value}) > 1e15"
        if is_text or self.types[column] not in _NUMBERS:
            wrong = f"({text} is not null and try_cast({text} as double) is null) or {wrong}"
        if not count:
            return Cell(name, column, value, wrong, "a number with a point for its decimals")
        wrong += f" or {value} < 0 or {value} <> floor({value})"
        whole = f"coalesce(try_cast({value} as bigint), 0)"
        return Cell(name, column, whole, wrong, "a whole number from 0 up")

    def kept(self, table: str, cells: Sequence[Cell]) -> int:
        """Make a table of the cells, `row_no` and `is_wrong`, and return its rows.

        Of Parquet it is a view: its columns are read as fast as a table's. Who reads it calls
        `refuse` where a row is wrong.
        """
        values = ", ".join(f"{cell.value} as {cell.name}" for cell in cells)
        wrong = " or ".join(f"({cell.wrong})" for cell in cells)
        kind = "view" if self.is_parquet else "table"
        self.told(
            f"create {kind} {table} as select {_ROW} as row_no, {values}, {wrong} as is_wrong"
            f" from {VIEW}"
        )
        rows = self.told(f"select count(*) from {table}")[0]
        if not rows:
            raise CannotCredit(f"{self.file} holds no rows")
        return rows

    def refuse(self, cells: Sequence[Cell]) -> None:
        """Raise CannotCredit on the first wrong cell."""
        wrong = ", ".join(f"min(case when {cell.wrong} then {_ROW} end)" for cell in cells)
        rows = self.told(f"select {wrong} from {VIEW}")
        bad = [(row, cell) for row, cell in zip(rows, cells, strict=True) if row is not None]
        row, cell = min(bad, key=lambda each: each[0])
        raise CannotCredit(f"row {row}, column {cell.column}: {self._is(row, cell)}")

    def batches(self, query: str, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield what a query finds, so many rows at a time."""
        try:
            yield from self.connection.execute(query).to_arrow_reader(rows)
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise unreadable(self.file, error) from None

    def told(self, query: str) -> tuple:
        """Return a query's first row; a file that breaks midway is told in DuckDB's words."""
        try:
            return self.connection.execute(query).fetchone() or (0,)
        except duckdb.Error as error:
            raise unreadable(self.file, error) from None

    def _is(self, row: int, cell: Cell) -> str:
        query = f"select cast({self._quoted(cell.column)} as varchar) from {VIEW} where {_ROW} = ?"
        found = self.connection.execute(query, [row]).fetchone()
        held = found[0] if found else None
        shown = repr(held[:_SHOWN]) if held and held.strip() else "the cell is empty; it"
        return f"{shown} {'is not' if held and held.strip() else 'must be'} {cell.must_be}"

    def _quoted(self, column: str) -> str:
        if not self.has(column):
            listed = ", ".join(name for name in self.types if name != _ROW)
            raise CannotCredit(f"{self.file} has no column {column}; it has {listed}")
        return '"' + column.replace('"', '""') + '"'


def opened(connection: duckdb.DuckDBPyConnection, file: Path) -> Source:
    """Return the file as a view; raises CannotCredit where it is neither CSV nor Parquet."""
    if not file.is_file():
        raise CannotCredit(f"there is no file {file}")
    name = _text(str(file))
    is_parquet = file.suffix.lower() in (".parquet", ".pq")
    if is_parquet:
        query = f"select * exclude (file_row_number), file_row_number + 1 as {_ROW} "
        query += f"from read_parquet({name}, file_row_number = true)"
    elif file.suffix.lower() in (".csv", ".tsv", ".txt", ".gz"):
        read = f"read_csv({name}, {_form(file)})"
        query = f"select *, row_number() over () as {_ROW} from {read}"
    else:
        raise CannotCredit(f"{file} is neither .csv nor .parquet")
    try:
        connection.execute(f"create view {VIEW} as {query}")
        described = connection.execute(f"describe {VIEW}").fetchall()
    except duckdb.Error as error:
        raise unreadable(file, error) from None
    return Source(connection, file, {row[0]: row[1] for row in described}, is_parquet)


def _form(file: Path) -> str:
    """Return how DuckDB is to read a CSV file: all as text, by the names of its first line.

    Its own guess, where a row is broken, is that the file has one column, or no quotes.
    """
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig", errors="replace") as text:
            line = text.readline(_LONGEST_HEADER)
    except OSError as error:
        raise CannotCredit(f"{file} cannot be read: {error}") from None
    delimiter = max(_DELIMITERS, key=line.count)
    names = next(csv.reader([line], delimiter=delimiter), [])
    if not names or len(set(names)) < len(names) or not all(map(str.isprintable, names)):
        raise CannotCredit(f"{file} has no first line of column names, each another")
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in names)
    return (
        f"columns = {{{columns}}}, delim = {_text(delimiter)}, quote = '\"', escape = '\"', "
        "header = true, auto_detect = false, strict_mode = true"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def unreadable(file: Path, error: Exception) -> CannotCredit:
    """Return what DuckDB could not read, in the first of its words, without the row itself."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Original Line")]
    return CannotCredit(f"{file} cannot be read: {' '.join(lines[:2])[:300]}")
