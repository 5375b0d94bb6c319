"""Workbooks (.xlsx, .xlsm) as rows of text, read by a process of their own that may fail alone.

The reader of spreadsheets lays a sheet out as one full rectangle: two cells, A1 and XFD1048576, ask
for 512 GB, and a memory that cannot be had ends the process. So `sheet_process.py` reads under caps
on memory and time and with an empty environment, and hands over a line of JSON a row.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.layout import Layout

SUFFIXES = (".xlsx", ".xlsm")
MAX_MEMORY = 2 * 1024**3
MAX_UNPACKED = 1024**3
MAX_SECONDS = 600
REMEDY = "Nothing of it was loaded: mend it or export the sheet as CSV, then run again."
_CHILD = Path(__file__).with_name("sheet_process.py")


def read_sheet(
    file: IO[bytes], name: str, layout: Layout
) -> Iterator[tuple[int, list[str] | dict[str, Any]]]:
    """Yield first what was seen of the workbook (a dict), then row numbers and cells as text.

    The first list is the header. Raises LoadFailed with the reason where the file is not read.
    """
    told = {
        "sheet": layout.sheet,
        "header_row": layout.header_row,
        "max_memory": MAX_MEMORY,
        "max_unpacked": MAX_UNPACKED,
        "max_seconds": MAX_SECONDS,
    }
    process = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), json.dumps(told)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    is_whole = False
    try:
        for line in process.stdout or ():
            number, found = json.loads(line)
            if number == "refused":
                raise LoadFailed(f"file_drops: {name} {found}. {REMEDY}")
            is_whole = number == "end"
            if not is_whole:
                yield number, found
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    if not is_whole:
        raise LoadFailed(
            f"file_drops: {name} needs more than {MAX_MEMORY // 1024**2:,} MB of memory or "
            f"{MAX_SECONDS} seconds, or is broken. A cell far outside the table is often why: "
            f"delete the empty rows and columns around it. {REMEDY}"
        )
