"""Reads one sheet of a workbook from standard input to lines of JSON. Runs as a process of its own.

Only the standard library and python-calamine are imported, because the caps hold for all of it.
calamine gives an error cell and a formula that was never calculated as an empty cell, so the sheet
is looked through for both first, and such cells are marked (the marks are those of rows.py).
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

# Excel keeps 15 digits; a double is exact to here, and a longer id has been rounded.
_EXACT = 2**53
_CHUNK = 1024**2
_SUSPECT = re.compile(rb"""\bt=["']e["']|<(\w+:)?f[\s/>]""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Faults = dict[tuple[int, int], str]


class RefusedError(Exception):
    """A workbook that is not read, and why."""


def main() -> None:
    """Write what was seen, the header, the rows and an end; or why not."""
    told = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (told["max_memory"], told["max_memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (told["max_seconds"], told["max_seconds"]))
    try:
        with open(0, "rb") as file:
            for number, found in _rows(file, told):
                _say(number, found)
        _say("end", None)
    except RefusedError as error:
        _say("refused", str(error))
    except PasswordError:
        _say("refused", "is protected by a password: save it without one")
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError) as error:
        _say("refused", f"cannot be read ({type(error).__name__}: {str(error)[:200]})")
    except (KeyError, NotImplementedError, RuntimeError, OSError) as error:
        _say("refused", f"is no whole workbook ({type(error).__name__}: {str(error)[:200]})")


def _say(number: Any, found: Any) -> None:
    sys.stdout.write(json.dumps([number, found]) + "\n")


def _rows(file: IO[bytes], told: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    if file.read(len(_CFB)) == _CFB:
        raise RefusedError(
            "is protected by a password, or of the kind of Excel before 2007: save it as .xlsx "
            "without a password"
        )
    with zipfile.ZipFile(file) as packed:
        declared = sum(each.file_size for each in packed.infolist())
        if declared > told["max_unpacked"]:
            raise RefusedError(f"says that it unpacks to {declared:,} bytes")
        file.seek(0)
        workbook = CalamineWorkbook.from_filelike(file)
        name = _chosen(workbook, told["sheet"])
        shown = {each.name for each in workbook.sheets_metadata if _is_shown(each)}
        others = [each for each in workbook.sheet_names if each != name]
        yield (
            0,
            {
                "sheet_not_read": [each for each in others if each in shown],
                "hidden_sheet": [each for each in workbook.sheet_names if each not in shown],
            },
        )
        faults = _faults(packed, name, told["max_unpacked"])
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        raise RefusedError(f"has nothing on its sheet {name!r}")
    left, top = sheet.start[1], told["header_row"] - 1
    merged = _merged(sheet.merged_cell_ranges or [])
    cells: dict[tuple[int, int], str] = {}
    for at, values in enumerate(sheet.iter_rows()):
        row = [_text(value) for value in values]
        for column, text in enumerate(row, start=left):
            if at <= top and text:
                cells[at, column] = text
            if at == top and (at, column) in merged:
                row[column - left] = cells.get(merged[at, column], "")
            elif at > top and (at, column) in merged and not text:
                row[column - left] = "#MERGED!"
            row[column - left] = faults.get((at, column), row[column - left])
        if at >= top and any(row):
            yield at + 1, row
        elif at == top:
            raise RefusedError(f"has nothing in row {top + 1} of sheet {name!r}: name header_row")


def _is_shown(sheet: Any) -> bool:
    return sheet.visible == SheetVisibleEnum.Visible


def _chosen(workbook: CalamineWorkbook, wanted: str) -> str:
    names = workbook.sheet_names
    shown = [each.name for each in workbook.sheets_metadata if _is_shown(each)]
    if wanted and wanted not in names:
        raise RefusedError(f"has no sheet {wanted!r}; it has {', '.join(names)[:200]}")
    if not wanted and not shown:
        raise RefusedError("has no visible sheet: name one under `sheet` in the mapping")
    return wanted or shown[0]


def _merged(ranges: list[Any]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return which cells lie under a merged one, and where that starts; raises on a huge area."""
    under = {}
    for start, end in ranges:
        if (end[0] - start[0] + 1) * (end[1] - start[1] + 1) + len(under) > _CHUNK:
            raise RefusedError("has merged cells over more than a million places: unmerge them")
        for row in range(start[0], end[0] + 1):
            for column in range(start[1], end[1] + 1):
                if (row, column) != start:
                    under[row, column] = start
    return under


def _faults(packed: zipfile.ZipFile, sheet: str, most: int) -> Faults:
    """Return the cells of the sheet that hold an error, or a formula that nobody calculated."""
    part = _part(packed, sheet)
    read, tail, is_suspect = 0, b"", False
    with packed.open(part) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            read += len(chunk)
            is_suspect = is_suspect or bool(_SUSPECT.search(tail + chunk))
            tail = chunk[-32:]
            if read > most:
                raise RefusedError(f"unpacks to more than {most:,} bytes")
    if not is_suspect:
        return {}
    looking = _Cells()
    with packed.open(part) as unpacked:
        looking.parser.ParseFile(unpacked)
    return looking.faults


def _part(packed: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of the archive that holds a sheet, as the workbook's relations say."""
    with packed.open("xl/workbook.xml") as file:
        ids = {
            each.get("name"): each.get(_RELATION)
            for each in ElementTree.parse(file).iter()
            if each.tag.endswith("}sheet")
        }
    with packed.open("xl/_rels/workbook.xml.rels") as file:
        targets = {each.get("Id"): each.get("Target") for each in ElementTree.parse(file).iter()}
    target = targets.get(ids.get(sheet)) or ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Cells:
    """Looks through the cells of a sheet; a cell without an address stands after the last one."""

    def __init__(self) -> None:
        self.faults: Faults = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._row, self._column, self._type = -1, -1, ""
        self._inside, self._value, self._has_formula = "", "", False

    def _start(self, tag: str, told: dict[str, str]) -> None:
        self._inside = tag.rpartition(":")[2]
        if self._inside == "row":
            self._row, self._column = int(told.get("r", self._row + 2)) - 1, -1
        elif self._inside == "c":
            letters = re.match(r"[A-Z]{1,3}", told.get("r", ""))
            self._column = _column(letters[0]) if letters else self._column + 1
            self._type, self._value, self._has_formula = told.get("t", "n"), "", False
        elif self._inside == "f":
            self._has_formula = True

    def _characters(self, text: str) -> None:
        if self._inside == "v":
            self._value += text

    def _end(self, tag: str) -> None:
        self._inside = ""
        if tag.rpartition(":")[2] != "c":
            return
        if self._type == "e":
            self.faults[self._row, self._column] = self._value.strip() or "#N/A"
        elif self._has_formula and not self._value and self._type != "str":
            self.faults[self._row, self._column] = "#UNCALCULATED!"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(value: Any) -> str:
    """Return a cell as text: numbers to the 15 digits that a spreadsheet keeps, times as ISO."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < _EXACT else "#ROUNDED!"
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)


if __name__ == "__main__":
    main()
