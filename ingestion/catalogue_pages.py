"""The catalogue of sources as pages: `python -m ingestion.catalogue_pages` writes docs/catalogue/.

A page is made from what the source declares, so it cannot tell of a table or a setting that is not.
"""

from collections.abc import Iterator
from pathlib import Path

from ingestion.contract import Column, Source, Table
from ingestion.sources import SOURCES

FOLDER = Path(__file__).parent.parent / "docs" / "catalogue"
_KEPT = {"versioned": "every version of every row", "events": "each event once"}


def pages() -> dict[str, str]:
    """Return the text of every page by its file name, the list of sources first."""
    return {"README.md": _index(), **{f"{name}.md": page(each) for name, each in SOURCES.items()}}


def page(source: Source) -> str:
    """Return the page of one source as Markdown."""
    return "\n".join([*_told(source), *_settings(source), *_tables(source)]) + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write every page; pages of sources that are no more are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


def _index() -> str:
    lines = [
        "# What can be read",
        "",
        "| source | kind | tables | API | ends |",
        "|---|---|---|---|---|",
    ]
    for name, source in SOURCES.items():
        version = source.api.version if source.api else "files"
        ends = _ends(source) if source.api else ""
        tables = len(source.tables)
        lines.append(
            f"| [{source.title}]({name}.md) | {source.kind} | {tables} | {version} | {ends} |"
        )
    return "\n".join(lines) + "\n"


def _ends(source: Source) -> str:
    sunset = source.api.sunset if source.api else None
    return sunset.isoformat() if sunset else "no end announced"


def _told(source: Source) -> Iterator[str]:
    yield from (f"# {source.title}", "", f"`{source.name}`, kind {source.kind}.", "")
    if source.api:
        yield f"API version {source.api.version}; {_ends(source)} ({source.api.stated_by})."
        yield ""
    if notes := source.notes:
        yield from (notes.reads, "")
        yield f"- **What is new**: {notes.cursor}"
        yield f"- **What is read again**: {notes.lookback}"
        yield f"- **Limits**: {notes.limits}"
        yield ""
        if notes.blind:
            yield from ("## What it cannot see", "", *(f"- {each}" for each in notes.blind), "")
        if notes.scopes:
            yield from ("## Rights it needs", "", "| right | for |", "|---|---|")
            yield from (f"| `{right}` | {reason} |" for right, reason in notes.scopes)
            yield ""


def _settings(source: Source) -> Iterator[str]:
    if source.settings:
        yield from ("## Settings", "", f"In `config/sources.yml` under `{source.name}`:", "")
        yield from ("| key | default | what it is |", "|---|---|---|")
        for each in source.settings:
            default = "" if each.default is None else f"`{each.default}`"
            yield f"| `{each.key}` | {default} | {each.says} |"
        yield ""
    if source.secrets:
        prefix = f"ENGINEROOM_{source.name.upper()}_"
        listed = ", ".join(f"`{prefix}{name.upper()}`" for name in source.secrets)
        yield from (f"Secrets come from the environment: {listed}.", "")
        for key, parts in source.instead.items():
            yield from (f"`{key}` is not needed where {', '.join(parts)} are set.", "")


def _tables(source: Source) -> Iterator[str]:
    yield "## Tables"
    for table in source.tables:
        yield from ("", f"### raw_{source.name}.{table.name}", "")
        yield f"Keeps {_KEPT[table.mode]}, by {_listed(table.key)}.{_unit(table)}"
        yield from ("", "| column | type |", "|---|---|")
        yield from (f"| `{each.name}` | {_type(each)} |" for each in table.columns)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _unit(table: Table) -> str:
    return f" Read again whole by {_listed(table.unit)}." if table.reads_units else ""


def _type(column: Column) -> str:
    marks = [column.type, *(["personal"] if column.pii else [])]
    return ", ".join([*marks, *(["opens no version"] if column.volatile else [])])


if __name__ == "__main__":
    write()
