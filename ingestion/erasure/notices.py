"""Privacy deletes that people or other tools report: dropped files, conformed by a mapping.

For vendors whose interface does not tell an erasure from a record that merely went missing.
"""

import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.audit import ensure_tables
from ingestion.contract import Forget, Source
from ingestion.erasure.blank import erase
from ingestion.erasure.ledger import remember

FILES, TABLE = "file_drops", "privacy_deletes"
_NOTICES = f"raw_{FILES}.{TABLE}"
_WAITING = (
    "_dlt_valid_to is null and not coalesce(is_deleted, false) and not coalesce(is_erased, false)"
)


Notice = tuple[str, str, str]


def _noticed(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple[Notice, Forget]]:
    """Return the reported erasures of a source that are not done yet, each with its notice.

    A dropped table holds the records of any system: its key begins with the system's name.
    """
    rows = connection.execute(
        "select erased_source, erased_object, erased_record_id, erased_at,"
        f" _dlt_valid_from at time zone 'UTC' from {_NOTICES} where {_WAITING} order by all"
    ).fetchall()
    tables = {table.name: table for table in source.tables}
    found = []
    for system, object_, record_id, at, seen in rows:
        if object_ not in tables or source.name not in (system, FILES):
            continue
        wanted = len(tables[object_].erasure_key)
        parts = (system, record_id) if source.name == FILES else tuple(record_id.split(":"))
        key = parts if wanted > 1 else (record_id,)
        if len(key) == wanted:
            notice = (system, object_, record_id)
            found.append((notice, Forget(object_, frozenset({key}), at or seen)))
    return found


def settle(
    warehouse: Path,
    sources: Mapping[str, Source],
    folders: Iterable[Path],
    now: datetime,
    run_id: str,
) -> int:
    """Do the reported erasures of every source; return the rows that were blanked.

    `folders` hold one working folder a source, which may hold rows of a killed load.
    """
    with duckdb.connect(str(warehouse)) as connection:
        waits = f"select 1 from {_NOTICES} where {_WAITING} limit 1"
        if connection.execute(waits).fetchone() is None:
            return 0
    ensure_tables(warehouse, sources.values())
    done, rows = set[Notice](), 0
    with duckdb.connect(str(warehouse)) as connection:
        for source in sources.values():
            if noticed := _noticed(connection, source):
                remember(connection, source, [forget for _, forget in noticed], now)
                rows += erase(connection, source, now, run_id)
                for folder in folders:
                    shutil.rmtree(folder / source.name, ignore_errors=True)
                    shutil.rmtree(folder / f"raw_{source.name}", ignore_errors=True)
                done |= {notice for notice, _ in noticed}
        _tick_off(connection, done)
    return rows


def _tick_off(connection: duckdb.DuckDBPyConnection, done: Iterable[Notice]) -> None:
    """Mark the notices as done; an address in one becomes a hash.

    Others wait: their source may be added later, or their key be mended.
    """
    hashed = "'erased-' || left(sha256((select salt from ingest.salt) || erased_record_id), 32)"
    for notice in sorted(done):
        connection.execute(
            f"""
            update {_NOTICES} set is_erased = true, erased_record_id =
                case when erased_record_id like '%@%' then {hashed} else erased_record_id end
            where erased_source = ? and erased_object = ? and erased_record_id = ? and {_WAITING}
            """,
            notice,
        )
