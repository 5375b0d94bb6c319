"""Reduces a spooled load to what the warehouse does not hold yet, in SQL.

dlt's scd2 is exact only if it is handed one row per key that is newer than the open version: two
versions in one load would both stay open, and an older version would reopen itself.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.contract import Table


@dataclass(frozen=True)
class Reduced:
    """Counts of one table's reduction, and the file of rows to hand over."""

    ready: Path
    delivered: int
    changed: int
    unchanged: int
    superseded: int
    deduplicated: int
    tombstoned: int


def quoted(names: tuple[str, ...] | list[str], alias: str = "") -> str:
    """Return the column list, each name quoted and prefixed by the alias if one is given."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def same(names: tuple[str, ...], left: str, right: str) -> str:
    """Return the join condition that two aliases agree on the columns."""
    return " and ".join(f'{left}."{name}" = {right}."{name}"' for name in names)


def version_of(table: Table, alias: str) -> str:
    """Return the SQL of a row's version: a hash of the declared business columns."""
    names = [column.name for column in table.columns if not column.volatile]
    parts = ", ".join(f"coalesce(cast({alias}.\"{name}\" as varchar), '~')" for name in names)
    return f"md5(concat_ws('|', {parts}, cast({alias}.is_deleted as varchar)))"


def reduce_table(
    connection: duckdb.DuckDBPyConnection, dataset: str, table: Table, spool: Path, ready: Path
) -> Reduced:
    """Compare the spooled rows of one table with the warehouse and write what is to be loaded.

    Expects the temporary tables `covered_units` and `swept_keys` to exist (they may be empty).
    """
    raw = f'"{dataset}"."{table.name}"'
    _newest(connection, table, spool)
    if table.mode == "events":
        return _events(connection, raw, table, ready)
    return _versions(connection, raw, table, ready)


def _newest(connection: duckdb.DuckDBPyConnection, table: Table, spool: Path) -> None:
    newer = f'"{table.order}" desc nulls last, ' if table.order else ""
    connection.execute(
        f"""
        create or replace temp table newest as
        select spooled.*, {version_of(table, "spooled")} as row_version
        from (
            select
                *,
                row_number() over (partition by {quoted(table.key)} order by {newer}_seq desc)
                    as place,
                count(*) over () as total
            from read_parquet('{spool}')
        ) as spooled
        where place = 1
        """
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _events(connection: duckdb.DuckDBPyConnection, raw: str, table: Table, ready: Path) -> Reduced:
    total = _one(connection, "select max(total) from newest")
    kept = _one(connection, "select count(*) from newest")
    names = [column.name for column in table.columns] + ["_extra"]
    connection.execute(
        f"""
        copy (
            select {quoted(names, "newest")} from newest
            where not exists (select 1 from {raw} as held where {same(table.key, "held", "newest")})
            order by _seq
        ) to '{ready}' (format parquet)
        """
    )
    fresh = _one(connection, f"select count(*) from read_parquet('{ready}')")
    return Reduced(ready, fresh, fresh, kept - fresh, 0, total - kept, 0)


def _versions(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table, ready: Path
) -> Reduced:
    total = _one(connection, "select max(total) from newest")
    kept = _one(connection, "select count(*) from newest")
    older = f'held."{table.order}" > newest."{table.order}"' if table.order else "false"
    connection.execute(
        f"""
        create or replace temp table judged as
        select
            newest.*,
            case
                when held.row_version = newest.row_version then 'unchanged'
                when {older} then 'superseded'
                else 'changed'
            end as verdict
        from newest
        left join {raw} as held
            on {same(table.key, "held", "newest")} and held._dlt_valid_to is null
        """
    )
    _tombstones(connection, raw, table)
    names = [column.name for column in table.columns] + ["_extra", "is_deleted", "row_version"]
    if table.reads_units:
        chosen = f"""
            select {quoted(names, "judged")} from judged
            where
                verdict <> 'superseded'
                and ({quoted(table.unit, "judged")}) in (select {quoted(table.unit)} from moved)
        """
    else:
        chosen = f"select {quoted(names)} from judged where verdict = 'changed'"
    connection.execute(
        f"""
        copy ({chosen} union all select {quoted(names)} from tombstones) to '{ready}'
        (format parquet)
        """
    )
    counts = dict(
        connection.execute("select verdict, count(*) from judged group by verdict").fetchall()
    )
    return Reduced(
        ready,
        delivered=_one(connection, f"select count(*) from read_parquet('{ready}')"),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        superseded=counts.get("superseded", 0),
        deduplicated=total - kept,
        tombstoned=_one(connection, "select count(*) from tombstones"),
    )


def _tombstones(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Find what is gone: keys missing from a sweep, and units that came back empty.

    A row missing from a unit that still has rows needs none: dlt closes it with the unit.
    """
    declared = [column.name for column in table.columns]
    key_text = " || '|' || ".join(f'cast(held."{name}" as varchar)' for name in table.key)
    unit_text = " || '|' || ".join(f'cast(held."{name}" as varchar)' for name in table.merge_key)
    gone = (
        f"({key_text}) not in (select key_text from swept_keys)"
        if _one(connection, "select count(*) from swept_keys")
        else "false"
    )
    empty = (
        f"""
        ({unit_text}) in (select unit_text from covered_units)
        and not exists (
            select 1 from newest where {same(table.merge_key, "newest", "held")}
        )
    """
        if table.reads_units
        else "false"
    )
    connection.execute(
        f"""
        create or replace temp table tombstones as
        select gone.*, {version_of(table, "gone")} as row_version
        from (
            select {quoted(declared, "held")}, held._extra, true as is_deleted
            from {raw} as held
            where
                held._dlt_valid_to is null
                and not coalesce(held.is_deleted, false)
                and (({gone}) or ({empty}))
        ) as gone
        """
    )
    if table.reads_units:
        connection.execute(
            f"""
            create or replace temp table moved as
            select distinct {quoted(table.unit)} from judged where verdict = 'changed'
            union
            select {quoted(table.unit, "held")}
            from {raw} as held
            where
                held._dlt_valid_to is null
                and not coalesce(held.is_deleted, false)
                and exists (select 1 from newest where {same(table.unit, "newest", "held")})
                and not exists (select 1 from newest where {same(table.key, "newest", "held")})
            """
        )
