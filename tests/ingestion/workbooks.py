"""Writes small .xlsx files by hand, so that each oddity of the format can be planted."""

import io
import zipfile
from dataclasses import dataclass

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Number formats by style: 1 a day, 2 an instant, 3 percent.
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><cellXfs>
<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="9"/>
</cellXfs></styleSheet>"""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows by number, each a cell's XML by its column letter."""

    name: str
    rows: dict[int, dict[str, str]]
    is_hidden: bool = False
    merged: tuple[str, ...] = ()


def text(value: str) -> str:
    return f' t="inlineStr"><is><t>{value}</t></is>'


def number(value: str, style: int = 0) -> str:
    return f' s="{style}"><v>{value}</v>'


def error(value: str) -> str:
    return f' t="e"><f>1/0</f><v>{value}</v>'


def formula(value: str, kind: str = "n") -> str:
    return f' t="{kind}"><f>A1</f><v>{value}</v>'


def table(header: str, *lines: str) -> dict[int, dict[str, str]]:
    """Return rows of text cells, from lines with a comma between two cells."""
    return {
        at: {chr(65 + place): text(cell) for place, cell in enumerate(line.split(",")) if cell}
        for at, line in enumerate([header, *lines], start=1)
    }


def workbook(*sheets: Sheet, is_1904: bool = False) -> bytes:
    """Return the bytes of a workbook."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="w" '
            f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr("xl/styles.xml", _STYLES)
        listed = "".join(
            f'<sheet name="{each.name}" sheetId="{at}" r:id="r{at}"'
            + (' state="hidden"/>' if each.is_hidden else "/>")
            for at, each in enumerate(sheets, start=1)
        )
        dates = '<workbookPr date1904="1"/>' if is_1904 else ""
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">{dates}'
            f"<sheets>{listed}</sheets></workbook>",
        )
        targets = [(f"r{at}", f"worksheets/s{at}.xml") for at in range(1, len(sheets) + 1)]
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}">'
            + "".join(
                f'<Relationship Id="{key}" Type="{_DOCUMENT}/worksheet" Target="{target}"/>'
                for key, target in targets
            )
            + f'<Relationship Id="s" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
            "</Relationships>",
        )
        for (_, target), each in zip(targets, sheets, strict=True):
            packed.writestr(f"xl/{target}", _sheet(each))
    return held.getvalue()


def _sheet(sheet: Sheet) -> str:
    rows = "".join(
        f'<row r="{at}">'
        + "".join(f'<c r="{column}{at}"{cell}</c>' for column, cell in cells.items())
        + "</row>"
        for at, cells in sheet.rows.items()
    )
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in sheet.merged)
    merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merged}</worksheet>'
