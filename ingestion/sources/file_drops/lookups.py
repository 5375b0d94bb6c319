"""The other files of a drop that a file looks things up in, and what its rows depend on."""

import hashlib
from collections.abc import Collection

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.cells import padded
from ingestion.sources.file_drops.mapping import FileRule, Lookup
from ingestion.sources.file_drops.places import Inbox
from ingestion.sources.file_drops.reader import BadLine, Note, read_rows


def mark_of(inbox: Inbox, folder: str, name: str, rule: FileRule) -> str:
    """Return the digest of everything that the rows of a file depend on."""
    digest = hashlib.md5(repr(rule).encode(), usedforsecurity=False)
    others = {lookup.file for lookup in rule.lookups}
    there = others and others & set(inbox.names(folder))
    for each in (name, *sorted(there)):
        digest.update(inbox.mark(folder, each).encode())
    return digest.hexdigest()


def table_of(inbox: Inbox, folder: str, rule: FileRule, lookup: Lookup) -> dict[str, str]:
    """Return a lookup file as a table; of several rows with one key the newest counts, or the last.

    A file that is not there is an empty table where the mapping has a value to fall back on.
    """
    if lookup.file not in inbox.names(folder):
        if lookup.optional:
            return {}
        raise LoadFailed(
            f"file_drops: {lookup.file} is missing, where {rule.pattern} looks up {lookup.value}. "
            "Drop it beside the others, then run again."
        )
    path = inbox.path(folder, lookup.file)
    wanted = {lookup.key, lookup.value, *filter(None, [lookup.newest])}
    found: dict[str, tuple[str, str]] = {}
    for _, row in read_rows(path, rule.layout.of_lookup):
        if isinstance(row, BadLine | Note):
            continue
        check_columns(path.name, wanted, row.keys())
        order = padded(row[lookup.newest]) if lookup.newest else ""
        key, value = row[lookup.key], row[lookup.value]
        held = found.get(key)
        if held and lookup.all:
            found[key] = (order, f"{held[1]};{value}")
        elif held is None or order >= held[0]:
            found[key] = (order, value)
    return {key: value for key, (_, value) in found.items()}


def check_columns(name: str, wanted: set[str], held: Collection[str]) -> None:
    """Raise LoadFailed where a column that the mapping reads is not among those of the file."""
    if missing := sorted(wanted - set(held)):
        shown = ", ".join(list(held)[:12])
        raise LoadFailed(
            f"file_drops: {name} has no column {missing[0]!r}; it has {shown[:300]}. If that is "
            "one name, the delimiter is wrong. Correct the mapping in config/file_drops, or the "
            "file."
        )
