"""What can be downloaded: comma-separated values that a spreadsheet opens and does not run."""

import csv
import io
from collections.abc import Sequence
from typing import Any

# Cells that a spreadsheet would run as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return the rows as CSV, values as they stand in the marts."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run is quoted with an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
