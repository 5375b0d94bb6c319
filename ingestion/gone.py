"""Finds what is gone at the vendor: missing from a full list, or from a unit that came whole."""

import duckdb

from ingestion.contract import Table
from ingestion.keys import key_text, quoted, same, version_of


def find_tombstones(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
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


def hold_open_rows(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Hold every open row of the units that came in part: their absence means nothing."""
    connection.execute(
        f"""
        insert into held_keys
        select {key_text(table.key, "held")} from {raw} as held
        where
            held._dlt_valid_to is null
            and exists (select 1 from newest where {same(table.unit, "newest", "held")})
        """
    )


def find_moved_units(connection: duckdb.DuckDBPyConnection, raw: str, table: Table) -> None:
    """Find the units in which anything changed or went missing: they are handed over whole."""
    connection.execute(
        f"""
        create or replace temp table moved as
        select distinct {quoted(table.unit)} from newest where _verdict = 'changed'
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


def largest_emptied(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table
) -> tuple[int, int]:
    """Return (units, rows) held by the answer that emptied most: whole, and without a single row.

    An empty answer under 200 and a deletion of everything look alike; sizes tell them apart.
    """
    held_unit, new_unit = key_text(table.unit, "held"), key_text(table.unit, "newest")
    found = connection.execute(
        f"""
        with filled as (
            select page from covered_units
            inner join newest on {new_unit} = covered_units.key_text
            union
            select page from covered_units
            inner join {raw} as held on {held_unit} = covered_units.key_text
            inner join held_keys on {key_text(table.key, "held")} = held_keys.key_text
        )

        select count(distinct {held_unit}), count(*)
        from {raw} as held
        inner join covered_units on {held_unit} = covered_units.key_text
        where
            held._dlt_valid_to is null
            and not coalesce(held.is_deleted, false)
            and covered_units.page not in (select page from filled)
        group by covered_units.page
        order by count(*) desc
        limit 1
        """
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)
