"""Reads dropped files with suspicion: plain files of the inbox, whatever they unpack to.

Every kind comes out as rows of text by column, so that one mapping fits all. Sizes are counted
while reading, never taken from a header: 1,361 bytes of Parquet can hold 20 GB and say 1 MB.
"""

import csv
import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, cast

from ingestion.convert import BadValueError, json_text
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops import sheets
from ingestion.sources.file_drops.columnar import read_parquet
from ingestion.sources.file_drops.layout import Layout
from ingestion.wire import COLLISION, read_json

TEXT = (".csv", ".tsv", ".txt")
LINES = (".jsonl", ".ndjson")
PACKED = tuple(f"{each}.gz" for each in (*TEXT, *LINES))
SUFFIXES = (*TEXT, *LINES, *PACKED, ".parquet", *sheets.SUFFIXES)
MAX_UNPACKED = 2 * 1024**3
MAX_FIELD = 16 * 1024**2
_EXACT = 2**53
REMEDY = "Nothing of it was loaded: mend it or take it out of the inbox, then run again."


@dataclass(frozen=True)
class BadLine:
    """A line that holds no row, with the reason and what can be kept of it."""

    reason: str
    body: str = ""


@dataclass(frozen=True)
class Note:
    """Something of a file that is worth a line in the drift report, such as a hidden sheet."""

    kind: str
    what: str


Row = Mapping[str, str] | BadLine | Note


def refuse_odd(path: Path, inbox: Path) -> None:
    """Raise LoadFailed for anything but a readable plain file that lies in the inbox itself."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode) or not path.resolve().is_relative_to(inbox.resolve()):
        raise LoadFailed(
            f"file_drops: {path.name} is no plain file (a link, folder, device or pipe). {REMEDY}"
        )
    if not path.name.lower().endswith(SUFFIXES):
        raise LoadFailed(
            f"file_drops: {path.name} is of no kind that is read ({', '.join(SUFFIXES)}). "
            f"Save it as .xlsx or export it as CSV. {REMEDY}"
        )


def open_plain(path: Path) -> io.BufferedReader:
    """Open a file; a link or pipe put in its place since it was looked at is refused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise LoadFailed(f"file_drops: {path.name} is no plain file any more. {REMEDY}")
    return os.fdopen(descriptor, "rb")


def read_rows(path: Path, layout: Layout) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows as text by column; a line that holds no row as a BadLine.

    Bytes that are not of the encoding become lone surrogates, which quarantine their row. Raises
    LoadFailed where the file as a whole cannot be read.
    """
    csv.field_size_limit(MAX_FIELD)
    name = path.name.lower()
    try:
        with open_plain(path) as file:
            if name.endswith(".parquet"):
                yield from _columnar(path)
                return
            if name.endswith(sheets.SUFFIXES):
                yield from _sheet(file, path.name, layout)
                return
            plain = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if name.endswith(".gz") else file
            lines = _lines(io.BufferedReader(_Capped(plain, path.name)), layout.encoding)
            kind = name.removesuffix(".gz")
            yield from _objects(lines) if kind.endswith(LINES) else _table(path, lines, layout)
    except (csv.Error, EOFError, OSError, LookupError, UnicodeError, zlib.error) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> LoadFailed:
    return LoadFailed(
        f"file_drops: {path.name} cannot be read ({type(error).__name__}: {error}). {REMEDY}"
    )


class _Capped(io.RawIOBase):
    """Bytes of a file, counted as they are unpacked: past the cap the file is refused."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        self._raw, self._name, self._read = raw, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        held = self._raw.read(len(buffer))
        self._read += len(held)
        if self._read > MAX_UNPACKED:
            raise LoadFailed(
                f"file_drops: {self._name} unpacks to more than {MAX_UNPACKED:,} bytes. {REMEDY}"
            )
        buffer[: len(held)] = held
        return len(held)


def _lines(raw: io.BufferedReader, encoding: str) -> Iterator[str]:
    """Yield decoded lines; one that is too long comes in pieces, so that memory stays bounded."""
    text = io.TextIOWrapper(raw, encoding, errors="surrogateescape", newline="")
    while line := text.readline(MAX_FIELD):
        yield line


def _table(path: Path, lines: Iterator[str], layout: Layout) -> Iterator[tuple[int, Row]]:
    delimiter = layout.delimiter_of(path.name)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for _ in range(1, layout.header_row):
            next(reader, [])
        header = [name.strip() for name in next(reader, [])]
        _check_header(path.name, header, layout.header_row)
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                said = f"line {reader.line_num} has {len(fields)} fields, not {len(header)}"
                yield reader.line_num, BadLine(said, delimiter.join(fields)[:MAX_FIELD])
            else:
                yield reader.line_num, dict(zip(header, fields, strict=True))
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: {error}") from error


def _sheet(file: IO[bytes], name: str, layout: Layout) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a sheet; columns without a name are left out where they are empty."""
    names: list[str] = []
    for number, found in sheets.read_sheet(file, name, layout):
        if isinstance(found, dict):
            for kind, others in found.items():
                yield from ((0, Note(kind, each)) for each in others)
        elif not names:
            names = [" ".join(each.split()) for each in found]
            _check_header(name, [each for each in names if each], number)
        else:
            filled = zip(names, found, strict=True)
            stray = [at for at, text in enumerate(found) if text and not names[at]]
            if stray:
                said = f"row {number} has a cell under a column without a name"
                yield number, BadLine(said, json_text(found)[:MAX_FIELD])
            else:
                yield number, {column: text for column, text in filled if column}
    if not names:
        raise LoadFailed(
            f"file_drops: {name} has no row {layout.header_row} to read names from. {REMEDY}"
        )


def _check_header(name: str, header: list[str], line: int) -> None:
    if not any(header):
        raise LoadFailed(f"file_drops: {name} has no header line. {REMEDY}")
    twice = sorted({each for each in header if header.count(each) > 1})
    if twice:
        raise LoadFailed(
            f"file_drops: {name} line {line} names the column {twice[0]!r} twice. If it is a "
            "merged heading over the real names, say in which row those stand by `header_row` in "
            f"the mapping. {REMEDY}"
        )
    if odd := [each for each in header if not each.isprintable()]:
        raise LoadFailed(
            f"file_drops: {name} line {line} names a column with a control character, "
            f"{odd[0][:60]!r}. If it is UTF-16, say `encoding: utf-16` in the mapping. {REMEDY}"
        )


def _objects(lines: Iterator[str]) -> Iterator[tuple[int, Row]]:
    """Yield one JSON object a line; nested values stay JSON text."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = read_json(line.encode("utf-8", "surrogateescape"))
            if not isinstance(found, dict):
                yield number, BadLine(f"line {number} is no JSON object", line[:10_000])
            elif COLLISION in found:
                yield number, BadLine(f"line {number} has {found[COLLISION]}", line[:10_000])
            else:
                yield number, {key: _text(value) for key, value in found.items()}
        except (ValueError, RecursionError):
            yield number, BadLine(f"line {number} is no JSON object", line[:10_000])


def _columnar(path: Path) -> Iterator[tuple[int, Row]]:
    for number, row in read_parquet(path):
        try:
            yield number, {key: _text(value) for key, value in row.items()}
        except BadValueError as error:
            yield number, BadLine(f"row {number}: {error}", repr(row)[:10_000])


def _text(value: Any) -> str:
    """Return a typed value as a cell: empty for null, JSON for what is nested."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json_text(value)
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))  # whole numbers with gaps are stored as fractions by many tools
    return str(value)
