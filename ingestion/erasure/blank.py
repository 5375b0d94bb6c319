"""Blanks raw rows and quarantined bodies, and keeps erased records out of what is loaded."""

from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.contract import Source, Table
from ingestion.erasure.ledger import is_forgotten, touched
from ingestion.keys import version_of

# What a quarantined body becomes.
ERASED_BODY = '{"is_erased": true}'
REFUSED = "erased_record_refused"


def cleaned(
    connection: duckdb.DuckDBPyConnection, source: str, table: Table, spool: Path
) -> tuple[Path, int]:
    """Return the spooled rows less those of erased records, and how many were refused."""
    if table.name not in touched(connection, source):
        return spool, 0
    target = spool.with_suffix(".cleaned.parquet")
    record, child = (is_forgotten(table, "row", source, is_record=each) for each in (True, False))
    blank = ", ".join(
        f'case when {child} then null else row."{name}" end as "{name}"' for name in table.personal
    )
    rows = f"read_parquet('{spool}') as row"
    connection.execute(
        f"copy (select row.* replace ({blank}) from {rows} where not ({record})) to '{target}'"
        " (format parquet)"
    )
    refused = connection.execute(f"select count(*) from {rows} where {record}").fetchone()
    return target, int(refused[0]) if refused else 0


def erase(connection: duckdb.DuckDBPyConnection, source: Source, now: datetime, run_id: str) -> int:
    """Blank in raw and quarantine what is remembered; return the rows that were blanked.

    A record's open version is closed and a tombstone of its key stays open. Doing it twice changes
    nothing.
    """
    names = touched(connection, source.name)
    if not names:
        return 0
    connection.begin()
    connection.execute("create or replace temp table addresses (address varchar)")
    tables = [table for table in source.tables if table.name in names]
    rows = sum(_blank(connection, source, table, now, run_id) for table in tables)
    rows += _blank_quarantine(connection, source, tables, now)
    if rows:
        # Rows wait there between a killed load and the next one.
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and table_name not like"
            " '\\_dlt%' escape '\\'",
            [f"raw_{source.name}_staging"],
        ).fetchall():
            connection.execute(f'delete from raw_{source.name}_staging."{name}"')
        connection.execute(
            "insert into ingest.erasure_runs values (?, ?, ?, ?, null)",
            [run_id, source.name, now, rows],
        )
    connection.commit()
    return rows


def _blank(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Table, now: datetime, run_id: str
) -> int:
    raw = f"raw_{source.name}.{table.name}"
    record, child = (
        is_forgotten(table, "held", source.name, is_record=each) for each in (True, False)
    )
    filled = ", ".join(f'cast(held."{name}" as varchar)' for name in table.personal)
    connection.execute(
        f"""
        create or replace temp table hits as
        select held.rowid as row_no, ({record}) as is_record
        from {raw} as held
        where
            not coalesce(held.is_erased, false)
            and (({record}) or (({child}) and coalesce({filled}) is not null))
        """
    )
    hit = "held.rowid in (select row_no from hits)"
    for column in (*table.key, *table.personal):
        connection.execute(
            f'insert into addresses select distinct lower(trim(cast(held."{column}" as varchar)))'
            f" from {raw} as held where {hit} and cast(held.\"{column}\" as varchar) like '%@%'"
        )
    blank = ", ".join(f'"{name}" = null' for name in table.personal)
    # The rows count as loaded anew, so that models that follow loads compute their units again.
    connection.execute(
        f"update {raw} as held set {blank}, is_erased = true, _dlt_load_id = 'erased-{run_id}'"
        f" where {hit}"
    )
    if table.mode == "versioned":
        _bury(connection, raw, now)
    _hash_anew(connection, raw, table, now)
    counted = connection.execute("select count(*) from hits").fetchone()
    return int(counted[0]) if counted else 0


def _bury(connection: duckdb.DuckDBPyConnection, raw: str, now: datetime) -> None:
    """Close the open versions of erased records and open a tombstone each."""
    living = """
        held.rowid in (select row_no from hits where is_record) and held._dlt_valid_to is null
        and not coalesce(held.is_deleted, false)
    """
    at = f"timestamptz '{now.isoformat(sep=' ')}+00'"
    connection.execute(
        f"""
        create or replace temp table buried as
        select held.* replace (true as is_deleted, {at} as _dlt_valid_from)
        from {raw} as held where {living}
        """
    )
    # A version that began at this very instant never was: its place is the tombstone's.
    connection.execute(f"delete from {raw} as held where {living} and held._dlt_valid_from >= {at}")
    connection.execute(f"update {raw} as held set _dlt_valid_to = {at} where {living}")
    connection.execute(f"insert into {raw} by name select * from buried")


def _hash_anew(
    connection: duckdb.DuckDBPyConnection, raw: str, table: Table, now: datetime
) -> None:
    """Put a keyed hash in the place of a key that is itself personal; hash versions anew."""
    at = now.isoformat()
    for name in table.key:
        if table.column(name).type != "text":
            continue
        said = f"held.\"{name}\" not like 'erased-%'"
        if not table.column(name).pii:
            said = f"held.\"{name}\" like '%@%'"
        hashed = f"sha256((select salt from ingest.salt) || '{at}' || held.\"{name}\")"
        connection.execute(
            f"update {raw} as held set \"{name}\" = 'erased-' || left({hashed}, 32)"
            f" where held.is_erased and {said}"
        )
    if table.mode == "versioned":
        fresh = version_of(table, "held")
        connection.execute(
            f"update {raw} as held set row_version = {fresh}"
            f" where held.is_erased and held.row_version is distinct from {fresh}"
        )


def _blank_quarantine(
    connection: duckdb.DuckDBPyConnection, source: Source, tables: list[Table], now: datetime
) -> int:
    """Blank the bodies that name an erased key, or hold an address of an erased row."""
    held = f"quarantine.{source.name}"
    fields = "json_extract_string(case when json_valid(held.body) then held.body end, '$.\"{}\"')"
    parsed = []
    for table in tables:
        ways = {table.erasure_key, *(hang.ours for hang in table.hangs_on)}
        for names in sorted(ways):
            parts = [
                f"lower(trim({fields.format(name)}))"
                if table.column(name).pii
                else fields.format(name)
                for name in names
            ]
            salted = "(select salt from ingest.salt) || chr(31) || " + " || chr(31) || ".join(parts)
            parsed.append(
                f"(held.table_name = '{table.name}' and sha256({salted}) in (select value_hash"
                f" from ingest.erasures where source = '{source.name}'"
                f" and table_name = '{table.name}' and by_columns = '{','.join(names)}'))"
            )
    addressed = "exists (select 1 from addresses where contains(lower(held.body), address))"
    found = connection.execute(
        f"""
        update {held} as held set body = ?, replayed_at = coalesce(replayed_at, ?)
        where body <> ? and ({" or ".join([*parsed, addressed])})
        """,
        [ERASED_BODY, now, ERASED_BODY],
    ).fetchone()
    return int(found[0]) if found else 0
