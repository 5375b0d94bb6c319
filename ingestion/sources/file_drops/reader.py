"""Reads dropped text files with suspicion: plain files of the inbox, unpacked within a cap."""

import csv
import gzip
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from ingestion.errors import LoadFailed

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
MAX_UNPACKED = 2 * 1024**3
MAX_FIELD = 16 * 1024**2
_REMEDY = "Nothing of it was loaded: mend it or take it out of the inbox, then run again."


class RaggedRowError(ValueError):
    """A line whose number of fields is not the header's."""


def refuse_odd(path: Path, inbox: Path) -> None:
    """Raise LoadFailed for anything but a readable plain file that lies in the inbox itself."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode) or not path.resolve().is_relative_to(inbox.resolve()):
        raise LoadFailed(
            f"file_drops: {path.name} is no plain file (a link, folder, device or pipe). {_REMEDY}"
        )
    if not path.name.lower().endswith(SUFFIXES):
        raise LoadFailed(
            f"file_drops: {path.name} is of no kind that is read ({', '.join(SUFFIXES)}). "
            f"Export it as CSV. {_REMEDY}"
        )


def read_rows(
    path: Path, delimiter: str, encoding: str
) -> Iterator[tuple[int, dict[str, str] | RaggedRowError]]:
    """Yield line numbers and rows as text by header; a ragged line is yielded as its error.

    Bytes that are not of the encoding become lone surrogates, which quarantine their row. Raises
    LoadFailed where the file as a whole cannot be read.
    """
    csv.field_size_limit(MAX_FIELD)
    try:
        with _opened(path) as raw:
            lines = _capped(raw, encoding, path.name)
            reader = csv.reader(lines, delimiter=delimiter)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path.name, header)
            for fields in reader:
                if not fields:
                    continue
                if len(fields) != len(header):
                    said = f"line {reader.line_num} has {len(fields)} fields, not {len(header)}"
                    yield reader.line_num, RaggedRowError(said)
                else:
                    yield reader.line_num, dict(zip(header, fields, strict=True))
    except (csv.Error, EOFError, OSError, LookupError, zlib.error) as error:
        raise LoadFailed(
            f"file_drops: {path.name} cannot be read ({type(error).__name__}: {error}). {_REMEDY}"
        ) from error


def _opened(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def _capped(raw: IO[bytes], encoding: str, name: str) -> Iterator[str]:
    """Yield decoded lines; raises LoadFailed past the cap, before memory or disk are full."""
    unpacked = 0
    while line := raw.readline(MAX_FIELD):
        unpacked += len(line)
        if unpacked > MAX_UNPACKED:
            raise LoadFailed(
                f"file_drops: {name} unpacks to more than {MAX_UNPACKED:,} bytes. {_REMEDY}"
            )
        decode = encoding if unpacked == len(line) else encoding.replace("-sig", "")
        yield line.decode(decode, errors="surrogateescape")


def _check_header(name: str, header: list[str]) -> None:
    if not any(header):
        raise LoadFailed(f"file_drops: {name} has no header line. {_REMEDY}")
    twice = sorted({each for each in header if header.count(each) > 1})
    if twice:
        raise LoadFailed(f"file_drops: {name} names the column {twice[0]!r} twice. {_REMEDY}")
