"""Reduces a spooled load to what the warehouse does not hold yet, in SQL.

dlt's scd2 is exact only if it is handed one row per key that is newer than the open version: two
versions in one load would both stay open, and an older version would reopen itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingestion.contract import Table
from ingestion.gone import (
    find_moved_units,
    find_tombstones,
    hold_open_rows,
    largest_emptied,
)
from ingestion.keys import key_text, one, quoted, same, version_of

# A reader holds a whole group of rows; DuckDB's own groups of 122,880 are 100 MB of it.
ROWS_PER_BATCH = 30_720


@dataclass(frozen=True)
class Reduced:
    """Counts of one table's reduction, and the file of rows to hand over.

    `swept` of them are tombstones that a sweep asked for, out of `open_rows` live ones before.
    `emptied` are the (units, rows) that one wholly empty answer would bury. Of a table that held no
    row before, this is the first.
    """

    ready: Path
    delivered: int
    changed: int
    unchanged: int
    superseded: int
    deduplicated: int
    tombstoned: int = 0
    swept: int = 0
    open_rows: int = 0
    emptied: tuple[int, int] = (0, 0)
    is_first: bool = False


def reduce_table(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    table: Table,
    spool: Path,
    ready: Path,
    vanished: Iterable[str] = (),
    *,
    is_partial: bool = False,
) -> Reduced:
    """Compare the spooled rows of one table with the warehouse and write what is to be loaded.

    `vanished` are columns that no row of the load named: they keep the open version's values.
    `is_partial` units did not come whole. Expects the temporary tables `covered_units` (key_text,
    page), `held_keys` and `swept_keys` (key_text) and `swept_scopes` (condition) to exist; they may
    be empty.
    """
    raw = f'"{dataset}"."{table.name}"'
    is_first = not one(connection, f"select count(*) from (from {raw} limit 1)")
    if table.mode == "events":
        return replace(_events(connection, raw, table, spool, ready), is_first=is_first)
    if is_first:
        return _first(connection, table, spool, ready)
    total = _newest(connection, raw, table, spool, tuple(vanished))
    find_tombstones(connection, raw, table)
    emptied = (0, 0)
    if table.reads_units and is_partial:
        hold_open_rows(connection, raw, table)
    if table.reads_units:
        find_moved_units(connection, raw, table)
        emptied = largest_emptied(connection, raw, table)
    return replace(_versions(connection, raw, table, ready, total), emptied=emptied)


def _counted(connection: duckdb.DuckDBPyConnection, table: Table, spool: Path) -> tuple[int, bool]:
    """Return how many rows came, and whether every key is known to have come once.

    Different hashes are different keys: a million of them fit in a tenth of their texts' memory.
    """
    total = one(connection, f"select count(*) from read_parquet('{spool}')")
    hashes = f"select count(distinct hash({quoted(table.key)})) from read_parquet('{spool}')"
    return total, one(connection, hashes) == total


def _once(table: Table, spool: Path, *, are_once: bool) -> str:
    """Return SQL of the newest row per key, by the order column and then by arrival."""
    rows = f"select row.* from read_parquet('{spool}') as row"
    if are_once:
        return rows
    newer = f'"{table.order}" desc nulls last, ' if table.order else ""
    place = f"row_number() over (partition by {quoted(table.key)} order by {newer}_seq desc)"
    # The ranks are joined to the rows: a window over whole rows holds all of them at once.
    ranked = f"select _seq, {place} as _place from read_parquet('{spool}')"
    return f"{rows} inner join ({ranked}) as ranked on row._seq = ranked._seq and _place = 1"


def _first(
    connection: duckdb.DuckDBPyConnection, table: Table, spool: Path, ready: Path
) -> Reduced:
    """Write the first rows of a table, which there is nothing to compare with, in one pass."""
    total, are_once = _counted(connection, table, spool)
    names = [column.name for column in table.own_columns] + ["_extra", "is_deleted"]
    connection.execute(
        f"""
        copy (
            select {quoted(names)}, {version_of(table, "once")} as row_version
            from ({_once(table, spool, are_once=are_once)}) as once
        ) to '{ready}' (format parquet, row_group_size {ROWS_PER_BATCH})
        """
    )
    fresh = one(connection, f"select count(*) from read_parquet('{ready}')")
    return Reduced(ready, fresh, fresh, 0, 0, total - fresh, is_first=True)


def _newest(
    connection: duckdb.DuckDBPyConnection,
    raw: str,
    table: Table,
    spool: Path,
    vanished: tuple[str, ...],
) -> int:
    """Keep the newest row per key as table `newest`, and return how many rows came.

    Each has its `_verdict` beside the open version: unchanged, superseded by it, or changed. Our
    own column begins with `_`: a vendor may have one of that name too.
    """
    total, are_once = _counted(connection, table, spool)
    rows = _once(table, spool, are_once=are_once)
    kept, join = "", ""
    if vanished:
        values = ", ".join(f'held."{name}" as "{name}"' for name in vanished)
        kept = f" replace ({values})"
        join = f"""left join {raw} as held
            on {same(table.key, "held", "spooled")} and held._dlt_valid_to is null"""
    older = f'held."{table.order}" > newest."{table.order}"' if table.order else "false"
    connection.execute(
        f"""
        create or replace temp table newest as
        select
            newest.*,
            case
                when held.row_version = newest.row_version then 'unchanged'
                when {older} then 'superseded'
                else 'changed'
            end as _verdict
        from (
            select filled.*, {version_of(table, "filled")} as row_version
            from (select spooled.*{kept} from ({rows}) as spooled {join}) as filled
        ) as newest
        left join {raw} as held
            on {same(table.key, "held", "newest")} and held._dlt_valid_to is null
        """
    )
    return total


def _events(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table, spool: Path, ready: Path
) -> Reduced:
    """Write the events that are not held yet, the last of each id.

    An event has one version: hashing and sorting its 25 columns cost as much as reading it.
    """
    names = [column.name for column in table.columns] + ["_extra"]
    total, are_once = _counted(connection, table, spool)
    kept, last = total, ""
    if not are_once:
        keys = quoted(table.key)
        newest = f"select max(_seq) as _seq from read_parquet('{spool}') group by {keys}"
        kept = one(connection, f"select count(*) from ({newest})")
        last = f"inner join ({newest}) as last on spooled._seq = last._seq"
    connection.execute(
        f"""
        copy (
            select {quoted(names, "spooled")} from read_parquet('{spool}') as spooled {last}
            where not exists (
                select 1 from {raw} as held where {same(table.key, "held", "spooled")}
            )
        ) to '{ready}' (format parquet, row_group_size {ROWS_PER_BATCH})
        """
    )
    fresh = one(connection, f"select count(*) from read_parquet('{ready}')")
    return Reduced(ready, fresh, fresh, kept - fresh, 0, total - kept)


def _versions(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table, ready: Path, total: int
) -> Reduced:
    names = [column.name for column in table.own_columns] + ["_extra", "is_deleted", "row_version"]
    chosen = f"select {quoted(names)} from newest where _verdict = 'changed'"
    if table.reads_units:
        # A superseded or unreadable row goes along as its open version, or dlt would close it.
        chosen = f"""
            select {quoted(names, "newest")} from newest
            inner join moved on {same(table.unit, "moved", "newest")}
            where _verdict <> 'superseded'
            union all
            select {quoted(names, "held")} from {raw} as held
            inner join moved on {same(table.unit, "moved", "held")}
            where
                held._dlt_valid_to is null
                and (
                    exists (
                        select 1 from newest
                        where _verdict = 'superseded' and {same(table.key, "newest", "held")}
                    )
                    or (
                        {key_text(table.key, "held")} in (select key_text from held_keys)
                        and not exists (
                            select 1 from newest where {same(table.key, "newest", "held")}
                        )
                    )
                )
        """
    query = f"{chosen} union all select {quoted(names)} from tombstones"
    connection.execute(
        f"copy ({query}) to '{ready}' (format parquet, row_group_size {ROWS_PER_BATCH})"
    )
    verdicts = "select _verdict, count(*) from newest group by _verdict"
    counts = dict(connection.execute(verdicts).fetchall())
    is_open = "_dlt_valid_to is null and not coalesce(is_deleted, false)"
    return Reduced(
        ready,
        delivered=one(connection, f"select count(*) from read_parquet('{ready}')"),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        superseded=counts.get("superseded", 0),
        deduplicated=total - sum(counts.values()),
        tombstoned=one(connection, "select count(*) from tombstones"),
        swept=one(connection, "select count(*) from tombstones where is_swept"),
        open_rows=one(connection, f"select count(*) from {raw} where {is_open}"),
    )
