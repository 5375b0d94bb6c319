"""What is forgotten, as keyed hashes: written before anything is blanked, asked by every load."""

from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from ingestion.contract import Forget, Hang, Source, Table
from ingestion.keys import JOINER, key_text, quoted


def remember(
    connection: duckdb.DuckDBPyConnection, source: Source, forgets: Iterable[Forget], now: datetime
) -> None:
    """Write down what is to be forgotten, and by which values their other rows are known."""
    connection.begin()
    for each in forgets:
        table = source.table(each.table)
        at = each.at or now
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
        keys = pa.array(sorted({_key_text(table, key) for key in each.keys}), pa.string())
        connection.register("forgotten_keys", pa.table({"key_text": keys}))
        own = "sha256((select salt from ingest.salt) || chr(31) || key_text)"
        connection.execute(
            f"create or replace temp table forgotten as select {own} as value_hash"
            " from forgotten_keys"
        )
        connection.unregister("forgotten_keys")
        _note(connection, source, table, table.erasure_key, "from forgotten", at, is_record=True)
        for child in source.tables:
            for hang in child.hangs_on:
                if hang.parent == table.name:
                    held = _held_values(source, table, hang)
                    _note(connection, source, child, hang.ours, held, at, is_record=False)
    connection.commit()


def _key_text(table: Table, key: tuple[str, ...]) -> str:
    """Return the key as it is hashed: people write an address in any case, here too."""
    named = zip(table.erasure_key, key, strict=True)
    return JOINER.join(
        part.strip().lower() if table.column(name).pii else part for name, part in named
    )


def _held_values(source: Source, parent: Table, hang: Hang) -> str:
    """Return the SQL of the values by which the children of the forgotten rows are known."""
    raw = f"raw_{source.name}"
    if hang.link is None:
        mine = hash_of(parent, parent.erasure_key, "parent")
        found = f"{raw}.{parent.name} as parent where {mine} in (select value_hash from forgotten)"
        return f"from (select {hash_of(parent, hang.theirs, 'parent')} as value_hash from {found})"
    link = source.table(hang.link.table)
    named = "".join(f" and tie.\"{name}\" = '{value}'" for name, value in hang.link.where)
    return f"""from (
        select {hash_of(link, hang.link.ours, "tie")} as value_hash from {raw}.{link.name} as tie
        where {hash_of(link, hang.link.theirs, "tie")} in (select value_hash from forgotten){named}
    )"""


def _note(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    table: Table,
    by: tuple[str, ...],
    values: str,
    at: datetime,
    *,
    is_record: bool,
) -> None:
    connection.execute(
        f"""
        insert into ingest.erasures
        select distinct ?, ?, ?, value_hash, ?, ? {values} where value_hash is not null
        on conflict do update set erased_at = greatest(erased_at, excluded.erased_at)
        """,
        [source.name, table.name, ",".join(by), is_record, at],
    )


def hash_of(table: Table, names: tuple[str, ...], alias: str) -> str:
    """Return the SQL of a row's keyed hash over columns, null where one of them is.

    People write an address in any case; ids are told apart by it.
    """
    parts = []
    for name in names:
        text = f'cast({alias}."{name}" as varchar)'
        parts.append(f"lower(trim({text}))" if table.column(name).pii else text)
    joined = " || chr(31) || ".join(parts)
    return f"sha256((select salt from ingest.salt) || chr(31) || {joined})"


def is_forgotten(table: Table, alias: str, source: str, *, is_record: bool) -> str:
    """Return the SQL condition that a row, or what it hangs on, is erased and not born since."""
    ways = {table.erasure_key} if is_record else {hang.ours for hang in table.hangs_on}
    since = f'and not coalesce({alias}."{table.born}" > gone.erased_at, false)' * bool(table.born)
    found = [
        f"""exists (
            select 1 from ingest.erasures as gone
            where gone.source = '{source}' and gone.table_name = '{table.name}'
                and gone.by_columns = '{",".join(names)}' and gone.is_record = {is_record}
                and gone.value_hash = {hash_of(table, names, alias)} {since}
        )"""
        for names in sorted(ways)
    ]
    return " or ".join(found) or "false"


def touched(connection: duckdb.DuckDBPyConnection, source: str) -> set[str]:
    """Return the tables of a source in which something is erased."""
    rows = connection.execute(
        "select distinct table_name from ingest.erasures where source = ?", [source]
    ).fetchall()
    return {name for (name,) in rows}


def missing_twice(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Table, lives_by: str
) -> Forget:
    """Return the rows that an earlier full list lacked already and that this one lacks again.

    Once may be a broken list, and blanking cannot be undone. A row whose `lives_by` lives on under
    another key has only changed its key. Expects the temporary tables of the reduction.
    """
    raw = f"raw_{source.name}.{table.name}"
    scopes = connection.execute("select condition from swept_scopes").fetchall()
    in_scope = " or ".join(f"({scope[0]})" for scope in scopes) or "false"
    rows = connection.execute(
        f"""
        select {quoted(table.erasure_key, "held")} from {raw} as held
        where
            held._dlt_valid_to is null and held.is_deleted and not coalesce(held.is_erased, false)
            and ({in_scope})
            and {key_text(table.key, "held")} not in (select key_text from swept_keys)
            and {key_text(table.key, "held")} not in (select key_text from held_keys)
            and not exists (
                select 1 from {raw} as other
                where other."{lives_by}" = held."{lives_by}" and other._dlt_valid_to is null
                    and not coalesce(other.is_deleted, false)
            )
        """
    ).fetchall()
    return Forget(table.name, frozenset(tuple(str(part) for part in row) for row in rows))
