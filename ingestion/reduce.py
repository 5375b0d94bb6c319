"""Reduces a spooled load to what the warehouse does not hold yet, in SQL.

dlt's scd2 is exact only if it is handed one row per key that is newer than the open version: two
versions in one load would both stay open, and an older version would reopen itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.contract import Table

# Joins the parts of a key in one text; a control character, as ids may hold any printable one.
JOINER = "\x1f"


@dataclass(frozen=True)
class Reduced:
    """Counts of one table's reduction, and the file of rows to hand over.

    `swept` of them are tombstones that a sweep asked for, out of `open_rows` live ones before.
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


def quoted(names: Iterable[str], alias: str = "") -> str:
    """Return the column list, each name quoted and prefixed by the alias if one is given."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def same(names: tuple[str, ...], left: str, right: str) -> str:
    """Return the join condition that two aliases agree on the columns."""
    return " and ".join(f'{left}."{name}" = {right}."{name}"' for name in names)


def key_text(names: tuple[str, ...], alias: str) -> str:
    """Return the SQL of a key as one text."""
    parts = ", ".join(f'cast({alias}."{name}" as varchar)' for name in names)
    return f"concat_ws(chr(31), {parts})"


def version_of(table: Table, alias: str) -> str:
    """Return the SQL of a row's version: a hash of the declared business columns.

    Nulls are left out and values carry their column's name, so that a column which is declared
    later opens no version until the vendor fills it.
    """
    parts = [
        f'case when {alias}."{column.name}" is not null '
        f"then '{column.name}=' || cast({alias}.\"{column.name}\" as varchar) end"
        for column in table.own_columns
        if not column.volatile
    ]
    deleted = f"case when {alias}.is_deleted then 'is_deleted' end"
    return f"md5(concat_ws(chr(31), {', '.join([*parts, deleted])}))"


def reduce_table(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    table: Table,
    spool: Path,
    ready: Path,
    vanished: Iterable[str] = (),
) -> Reduced:
    """Compare the spooled rows of one table with the warehouse and write what is to be loaded.

    `vanished` are columns that no row of the load named: they keep the open version's values.
    Expects the temporary tables `covered_units`, `held_keys`, `swept_keys`, each of one column
    key_text, and `swept_scopes` (condition) to exist; they may be empty.
    """
    raw = f'"{dataset}"."{table.name}"'
    _newest(connection, raw, table, spool, tuple(vanished))
    if table.mode == "events":
        return _events(connection, raw, table, ready)
    _judge(connection, raw, table)
    _tombstones(connection, raw, table)
    if table.reads_units:
        _moved_units(connection, raw, table)
    return _versions(connection, raw, table, ready)


def _newest(
    connection: duckdb.DuckDBPyConnection,
    raw: str,
    table: Table,
    spool: Path,
    vanished: tuple[str, ...],
) -> None:
    """Keep the newest row per key, by the order column and then by arrival."""
    newer = f'"{table.order}" desc nulls last, ' if table.order else ""
    kept, join = "", ""
    if vanished and table.mode == "versioned":
        values = ", ".join(f'held."{name}" as "{name}"' for name in vanished)
        kept = f" replace ({values})"
        join = f"""left join {raw} as held
            on {same(table.key, "held", "spooled")} and held._dlt_valid_to is null"""
    connection.execute(
        f"""
        create or replace temp table newest as
        select filled.*, {version_of(table, "filled")} as row_version
        from (
            select spooled.*{kept}
            from (
                select
                    *,
                    row_number() over (partition by {quoted(table.key)} order by {newer}_seq desc)
                        as place,
                    count(*) over () as total
                from read_parquet('{spool}')
            ) as spooled
            {join}
            where place = 1
        ) as filled
        """
    )


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the single number of a query, 0 where it is null."""
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _deduplicated(connection: duckdb.DuckDBPyConnection) -> int:
    return one(connection, "select max(total) - count(*) from newest")


def _events(connection: duckdb.DuckDBPyConnection, raw: str, table: Table, ready: Path) -> Reduced:
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
    kept = one(connection, "select count(*) from newest")
    fresh = one(connection, f"select count(*) from read_parquet('{ready}')")
    return Reduced(ready, fresh, fresh, kept - fresh, 0, _deduplicated(connection))


def _judge(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Set each row beside its open version: unchanged, older than it, or changed."""
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


def _tombstones(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Find what is gone: keys missing from a sweep, and units that came back empty.

    A row missing from a unit that still has rows needs none: dlt closes it with the unit. Nothing
    is gone whose row came but could not be read.
    """
    scopes = connection.execute("select condition from swept_scopes").fetchall()
    in_scope = " or ".join(f"({scope[0]})" for scope in scopes) or "false"
    key = key_text(table.key, "held")
    gone = f"""
        ({in_scope})
        and {key} not in (select key_text from swept_keys)
        and not exists (select 1 from newest where {same(table.key, "newest", "held")})
    """
    empty = "false"
    if table.reads_units:
        empty = f"""
            {key_text(table.unit, "held")} in (select key_text from covered_units)
            and not exists (select 1 from newest where {same(table.unit, "newest", "held")})
        """
    names = [column.name for column in table.own_columns] + ["_extra"]
    connection.execute(
        f"""
        create or replace temp table tombstones as
        select gone.*, {version_of(table, "gone")} as row_version
        from (
            select {quoted(names, "held")}, true as is_deleted, ({gone}) as is_swept
            from {raw} as held
            where
                held._dlt_valid_to is null
                and not coalesce(held.is_deleted, false)
                and {key} not in (select key_text from held_keys)
                and (({gone}) or ({empty}))
        ) as gone
        """
    )


def _moved_units(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Find the units in which anything changed or went missing: they are handed over whole."""
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
            and {key_text(table.key, "held")} not in (select key_text from held_keys)
            and exists (select 1 from newest where {same(table.unit, "newest", "held")})
            and not exists (select 1 from newest where {same(table.key, "newest", "held")})
        """
    )


def _versions(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table, ready: Path
) -> Reduced:
    names = [column.name for column in table.own_columns] + ["_extra", "is_deleted", "row_version"]
    chosen = f"select {quoted(names)} from judged where verdict = 'changed'"
    if table.reads_units:
        # A superseded or unreadable row goes along as its open version, or dlt would close it.
        chosen = f"""
            select {quoted(names, "judged")} from judged
            inner join moved on {same(table.unit, "moved", "judged")}
            where verdict <> 'superseded'
            union all
            select {quoted(names, "held")} from {raw} as held
            inner join moved on {same(table.unit, "moved", "held")}
            where
                held._dlt_valid_to is null
                and (
                    exists (
                        select 1 from judged
                        where verdict = 'superseded' and {same(table.key, "judged", "held")}
                    )
                    or (
                        {key_text(table.key, "held")} in (select key_text from held_keys)
                        and not exists (
                            select 1 from judged where {same(table.key, "judged", "held")}
                        )
                    )
                )
        """
    query = f"{chosen} union all select {quoted(names)} from tombstones"
    connection.execute(f"copy ({query}) to '{ready}' (format parquet)")
    verdicts = "select verdict, count(*) from judged group by verdict"
    counts = dict(connection.execute(verdicts).fetchall())
    is_open = "_dlt_valid_to is null and not coalesce(is_deleted, false)"
    return Reduced(
        ready,
        delivered=one(connection, f"select count(*) from read_parquet('{ready}')"),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        superseded=counts.get("superseded", 0),
        deduplicated=_deduplicated(connection),
        tombstoned=one(connection, "select count(*) from tombstones"),
        swept=one(connection, "select count(*) from tombstones where is_swept"),
        open_rows=one(connection, f"select count(*) from {raw} where {is_open}"),
    )
