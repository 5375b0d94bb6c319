"""Keeps held-back groups of marts as last published, and says of each group how old it is.

Works on the copy that is about to be published: the marts file itself stays what dbt built, because
the next run goes on from there. A group that was never published is there without a row: a reader
finds every table that the contracts promise, and the stamp says that there is nothing yet. Erasure
does not wait: a record that is no more loses its row in what is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.groups import Group

FRESHNESS = "rpt_group_freshness"
# A mart of this grain names every record of the vendors. None vanishes but by erasure, so a record
# that the mart as built does not name has lost its key to that.
RECORD = ("source", "object", "source_record_id")
MEANING = "One row per group of marts: how old its marts are, and what holds them back."
COLUMNS = {
    "mart_group": ("varchar", "Group of marts that are held back together."),
    "marts": ("varchar", "The marts of the group, by name."),
    "as_of": ("timestamp", "Instant that its marts show (UTC); null if it was never published."),
    "is_held_back": ("boolean", "Whether a broken rule keeps its last good version."),
    "held_back_since": ("timestamp", "Instant of the first run that held it back (UTC)."),
    "broken_rules": ("varchar", "The broken rules that hold it back, by name."),
    "overridden_rules": ("varchar", "The broken rules that a signed override lets pass, by name."),
}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table of the groups' ages, empty and described, in the open marts file."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection.execute(f"create or replace table marts.{FRESHNESS} ({columns})")
    connection.execute(f"comment on table marts.{FRESHNESS} is '{MEANING}'")
    for name, (_, meaning) in COLUMNS.items():
        connection.execute(f"comment on column marts.{FRESHNESS}.{name} is '{meaning}'")


def stamp(
    connection: duckdb.DuckDBPyConnection,
    groups: Sequence[Group],
    last: Path | None,
    as_of: datetime,
) -> None:
    """Put the last good rows into the marts of held groups, and write how old each group is.

    `connection` writes to the copy; `last` is the marts file that is served until now.
    """
    create(connection)
    if last:
        connection.execute(f"attach '{last}' as last_good (read_only)")
    before = _before(connection, last)
    for group in groups:
        if group.is_held:
            for mart in group.marts:
                _keep(connection, mart, has_last=last is not None)
        connection.execute(
            f"insert into marts.{FRESHNESS} values (?, ?, ?, ?, ?, ?, ?)",
            _row(group, before.get(group.name, before.get("")), as_of),
        )
    if last:
        connection.execute("detach last_good")


def told(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a line on each group that an open marts file holds back, or lets pass by override."""
    exists = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = ?", [FRESHNESS]
    ).fetchone()
    if not exists:
        return []
    rows = connection.execute(
        "select mart_group, as_of, is_held_back, broken_rules, overridden_rules"
        f" from marts.{FRESHNESS} where is_held_back or overridden_rules is not null"
        " order by mart_group"
    ).fetchall()
    return [
        f"held back   group {name} as of {_instant(as_of)}: {broken}"
        if is_held
        else f"overridden  group {name}: published although broken: {waived}"
        for name, as_of, is_held, broken, waived in rows
    ]


def _instant(as_of: datetime | None) -> str:
    return f"{as_of:%Y-%m-%d %H:%M} UTC" if as_of else "never"


def _row(group: Group, before: tuple[Any, Any] | None, as_of: datetime) -> list[Any]:
    stood, since = before or (None, None)
    rules = {
        is_overridden: ", ".join(
            dict.fromkeys(
                each.rule_id for each in group.broken if each.is_overridden == is_overridden
            )
        )
        for is_overridden in (False, True)
    }
    return [
        group.name,
        ", ".join(group.marts),
        stood if group.is_held else as_of,
        group.is_held,
        (since or as_of) if group.is_held else None,
        rules[False] or None,
        rules[True] or None,
    ]


def _before(connection: duckdb.DuckDBPyConnection, last: Path | None) -> dict[str, tuple[Any, Any]]:
    """Return (as of, held back since) a group of the last version; under "" what fits the rest."""
    if last is None:
        return {}
    if _has(connection, "marts", FRESHNESS):
        rows = connection.execute(
            f"select mart_group, as_of, held_back_since from last_good.marts.{FRESHNESS}"
        ).fetchall()
        return {name: (as_of, since) for name, as_of, since in rows}
    # An earlier Engine Room published all groups or none.
    row = connection.execute("select max(as_of) from last_good.marts.rpt_run_digests").fetchone()
    return {"": (row[0] if row else None, None)}


def _keep(connection: duckdb.DuckDBPyConnection, mart: str, *, has_last: bool) -> None:
    schema, name = mart.split(".") if "." in mart else ("marts", mart)
    if not _columns(connection, "current_database()", schema, name):
        return  # the mart was not built, so there is nothing to put in its place
    own = _columns(connection, "current_database()", schema, name)
    kept = _columns(connection, "'last_good'", schema, name) if has_last else []
    alive = ""
    if set(RECORD) <= {*own} & {*kept}:
        connection.execute(
            f"create or replace temp table alive as"
            f' select {", ".join(RECORD)} from {schema}."{name}"'
        )
        alive = f"semi join alive using ({', '.join(RECORD)})"
    connection.execute(f'truncate {schema}."{name}"')
    if kept:
        both = ", ".join(f'"{column}"' for column in own if column in kept)
        connection.execute(
            f'insert into {schema}."{name}" by name'
            f' select {both} from last_good.{schema}."{name}" {alive}'
        )


def _has(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    return bool(_columns(connection, "'last_good'", schema, name))


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, name: str
) -> list[str]:
    rows = connection.execute(
        f"select column_name from duckdb_columns() where database_name = {database}"
        " and schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()
    return [column for (column,) in rows]
