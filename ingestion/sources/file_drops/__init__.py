"""Dropped files -> raw_file_drops, conformed by a mapping: inbox/<name>/ and file_drops/<name>.yml.

For teams that already replicate their tools, one CSV, JSON lines or Parquet file a table, as a
managed loader leaves them; and for exports and workbooks that people keep. A file is read again
when it or the mapping's other files change. Ad days that a platform splits by device, network or
keyword are summed to their key; the rows that were folded are counted, and every column that has no
place is named in the drift report.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingestion.catalogue import Notes
from ingestion.contract import Extraction, Source, Yield
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.content import rows_of
from ingestion.sources.file_drops.lookups import mark_of, table_of
from ingestion.sources.file_drops.mapping import Drop, Lookup, read_drop
from ingestion.sources.file_drops.rows import row_of
from ingestion.sources.file_drops.tables import TABLES

# Folders of the inbox that have a source of their own.
_NOT_OURS = {"web_events"}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the rows of every file that is new or changed, folder by folder."""
    inbox, mappings = Path(str(ctx.config["inbox"])), Path(str(ctx.config["mappings"]))
    seen: dict[str, str] = dict(ctx.state.get("files", {}))
    for folder in sorted(inbox.iterdir()) if inbox.is_dir() else ():
        if folder.name in _NOT_OURS or folder.name.startswith("."):
            continue
        if folder.is_symlink() or not folder.is_dir():
            raise LoadFailed(
                f"file_drops: {folder.name} lies loose in the inbox. Put it in a folder named "
                "like its mapping in config/file_drops."
            )
        yield from _folder(ctx, inbox, folder, read_drop(mappings, folder.name), seen)
    ctx.state["files"] = seen


def _folder(
    ctx: Extraction, inbox: Path, folder: Path, drop: Drop, seen: dict[str, str]
) -> Iterator[Yield]:
    known: dict[Lookup, dict[str, str]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        rule = drop.rule_of(path.name)
        if rule is None:
            looked_in = {each.file for files in drop.files for each in files.lookups}
            if path.name not in looked_in:
                ctx.count("file_without_mapping", column=f"{drop.name}/{path.name}"[:200])
            continue
        mark = mark_of(path, inbox, rule)
        if seen.get(f"{drop.name}/{path.name}") == mark and not ctx.full:
            continue
        for lookup in rule.lookups:
            if lookup not in known:
                known[lookup] = table_of(folder, inbox, rule, lookup)
        yield from rows_of(ctx, drop, path, rule, known)
        seen[f"{drop.name}/{path.name}"] = mark


def revive(config: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the raw row of quarantined cells by the mapping of today; raises ValueError if none.

    A changed mapping makes its files be read again anyhow; this is for files that are gone.
    """
    drop = read_drop(Path(str(config["mappings"])), str(body["folder"]))
    rule = drop.rule_of(str(body["file"]))
    if rule is None:
        raise ValueError(f"no pattern of config/file_drops/{drop.name}.yml fits {body['file']}")
    if rule.sums:
        raise ValueError("a part of a sum: mend the file, and it is read again as a whole")
    inbox = Path(str(config["inbox"]))
    known = {each: table_of(inbox / drop.name, inbox, rule, each) for each in rule.lookups}
    row = row_of(drop, rule, str(body["file"]), body["cells"], known)
    return row | {"file_name": body["file"], "row_number": body["line"]}


FILE_DROPS = Source(
    name="file_drops",
    kind="files",
    title="Dropped files",
    tables=TABLES,
    extract=extract,
    required=("inbox", "mappings"),
    revive=revive,
    notes=Notes(
        reads="Exports of any system, one folder each in the home's `inbox`, by a mapping in "
        "`config/file_drops` that says which column means what.",
        cursor="Files by name and digest: a file that has been read is not opened again.",
        lookback="The newest file of a key wins; older versions are kept.",
        limits="Links, paths that leave the folder and archives that unpack without end are "
        "refused; rows that do not fit their columns go to quarantine with the reason.",
        blind=("Deletions: a row missing from a later file is not taken for deleted.",),
    ),
)
