"""Files that somebody in the company drops into a folder: whole, or not there."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file, its first row the names of the columns; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    partial.replace(path)
