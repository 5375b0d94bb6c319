"""Small pieces of SQL about the keys and versions of raw rows."""

from collections.abc import Iterable

import duckdb

from ingestion.contract import Table

# Joins the parts of a key in one text; a control character, as ids may hold any printable one.
JOINER = "\x1f"


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


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the single number of a query, 0 where it is null."""
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
