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

from ingestion.catalogue import Notes, Setting
from ingestion.contract import Extraction, Source, Yield
from ingestion.sources.file_drops.files import files_of, opened, refuse_rivals
from ingestion.sources.file_drops.lookups import mark_of, table_of
from ingestion.sources.file_drops.mapping import read_drop
from ingestion.sources.file_drops.rows import row_of
from ingestion.sources.file_drops.tables import TABLES


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the rows of every file that is new or changed, folder by folder."""
    seen: dict[str, str] = dict(ctx.state.get("files", {}))
    with opened(ctx.config) as inbox:
        drops = [read_drop(Path(str(ctx.config["mappings"])), each) for each in inbox.folders()]
        refuse_rivals(drops)
        for drop in drops:
            for each in files_of(ctx, inbox, drop):
                mark = mark_of(inbox, drop.name, each.name, each.rule)
                if seen.get(each.part) == mark and not ctx.full:
                    continue
                yield from each.items(ctx, inbox)
                seen[each.part] = mark
    ctx.state["files"] = seen


def revive(config: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the raw row of quarantined cells by the mapping of today; raises ValueError if none.

    A changed mapping makes its files be read again anyhow; this is for files that are gone.
    """
    drop = read_drop(Path(str(config["mappings"])), str(body["folder"]))
    rules = drop.rules_of(str(body["file"]))
    fitting = [each for each in rules if each.table.name == body.get("table")] or rules
    if not fitting:
        raise ValueError(f"no pattern of config/file_drops/{drop.name}.yml fits {body['file']}")
    rule = fitting[0]
    if rule.sums:
        raise ValueError("a part of a sum: mend the file, and it is read again as a whole")
    with opened(config) as inbox:
        known = {each: table_of(inbox, drop.name, rule, each) for each in rule.lookups}
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
    settings=(
        Setting(
            "inbox",
            None,
            "an object store's address in place of the home's inbox, such as s3://bucket/folder; "
            "left out, the home's own folder is read",
        ),
    ),
    notes=Notes(
        reads="Exports of any system, one folder each in the home's `inbox`, by a mapping in "
        "`config/file_drops` that says which column means what.",
        cursor="Files by name and digest: a file that has been read is not opened again.",
        lookback="The newest file of a key wins; older versions are kept. In a store, a file is "
        "fetched again when its size or its tag changes.",
        limits="Links, paths that leave the folder and archives that unpack without end are "
        "refused; rows that do not fit their columns go to quarantine with the reason.",
        blind=(
            "Deletions, but where a mapping says `replaces: true`: then a row that a later full "
            "export lacks is deleted.",
        ),
    ),
)
