"""How the rows lie in a dropped file: delimiter and encoding, sheet, and the row with the names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEYS = {"delimiter", "encoding", "sheet", "header_row"}


@dataclass(frozen=True)
class Layout:
    """What a mapping says of a file's shape.

    `header_row` counts from 1; what stands above is a title. Without a `sheet` the first visible
    one is read. A `delimiter` of "" is a comma, and a tab in a .tsv file.
    """

    delimiter: str = ""
    encoding: str = "utf-8-sig"
    sheet: str = ""
    header_row: int = 1

    def delimiter_of(self, file_name: str) -> str:
        """Return what stands between two cells of a text file."""
        is_tabbed = file_name.lower().removesuffix(".gz").endswith(".tsv")
        return self.delimiter or ("\t" if is_tabbed else ",")

    @property
    def of_lookup(self) -> "Layout":
        """The shape of a file that is looked up in: its names stand in the first row."""
        return Layout(self.delimiter, self.encoding)


def read_layout(block: Mapping[str, Any]) -> Layout:
    """Return the layout of a block of a mapping; raises ValueError on a row that there is not."""
    row = block.get("header_row", 1)
    if not isinstance(row, int) or row < 1:
        raise ValueError(f"header_row counts from 1, and {row!r} is no such row")
    return Layout(
        delimiter=str(block.get("delimiter", "")),
        encoding=str(block.get("encoding", "utf-8-sig")),
        sheet=str(block.get("sheet", "")),
        header_row=row,
    )
