"""Schema hygiene: each distinct value normalised once, for SQL to join.

A value is made again when its library, its code or its rules are others. One that no record states
any more is dropped: what was erased at its source must not live on here, and the tables are then a
function of what is stated and of the rules, whatever the order of runs. All of it is one
transaction, so a killed run leaves the tables as they were.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from hygiene.kinds import KINDS, Kind

VALUES = "staging.stg_hygiene__values"
# Rows that Python holds at a time.
BATCH = 20_000
_TYPES = {"varchar": pa.string(), "boolean": pa.bool_()}


def ensure_tables(warehouse: Path) -> None:
    """Create the tables where they are missing, so that the transform can always read."""
    with duckdb.connect(str(warehouse)) as connection:
        _ensure(connection)


def normalise(warehouse: Path, rules: Mapping[str, Any]) -> dict[str, int]:
    """Bring schema hygiene up to what staging states; return the values made per table.

    `rules` holds the keys of the files `kinds.RULE_FILES`. The staging views must stand.
    """
    made = {}
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _ensure(connection)
        connection.execute(f"create or replace temp table stated as select * from {VALUES}")
        for kind in KINDS:
            made[kind.table] = _renewed(connection, kind, rules)
        connection.commit()
    return made


def _ensure(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists hygiene")
    for kind in KINDS:
        known = connection.execute(
            "select column_name from duckdb_columns() where database_name = current_database()"
            " and schema_name = 'hygiene' and table_name = ? order by column_index",
            [kind.table],
        ).fetchall()
        if [name for (name,) in known] != list(kind.columns):
            columns = ", ".join(f"{name} {type_}" for name, type_ in kind.columns.items())
            connection.execute(f"create or replace table hygiene.{kind.table} ({columns})")


def _renewed(connection: duckdb.DuckDBPyConnection, kind: Kind, rules: Mapping[str, Any]) -> int:
    made_by = kind.made_by(rules)
    # The country is stated as people write it; its kind came first and knows what it means.
    context = "coalesce(countries.country_code, '')" if kind.in_country else "stated.context"
    connection.execute(
        f"""
        create or replace temp table wanted as
        select distinct stated.raw_value, {context} as context
        from stated
        left join hygiene.countries on stated.context = countries.raw_value
        where stated.kind = ?
        """,
        [kind.table],
    )
    connection.execute(
        f"""
        delete from hygiene.{kind.table} as kept
        where made_by <> ? or not exists (
            select 1 from wanted
            where wanted.raw_value = kept.raw_value and wanted.context = kept.context
        )
        """,
        [made_by],
    )
    fresh = connection.execute(
        f"select raw_value, context from wanted anti join hygiene.{kind.table}"
        " using (raw_value, context) order by all"
    ).fetchall()
    for table in _tables(kind, fresh, made_by, rules):
        connection.register("made", table)
        connection.execute(f"insert into hygiene.{kind.table} select * from made")
        connection.unregister("made")
    return len(fresh)


def _tables(
    kind: Kind, values: Sequence[tuple[str, str]], made_by: str, rules: Mapping[str, Any]
) -> Iterator[pa.Table]:
    if not values:
        return
    normaliser = kind.normaliser(rules)
    for start in range(0, len(values), BATCH):
        rows = []
        for raw, context in values[start : start + BATCH]:
            value = normaliser(raw, context)
            rows.append(
                {
                    "raw_value": raw,
                    "context": context,
                    kind.normalised: value.normalised,
                    **value.parts,
                    "problem": value.problem,
                    "suggestion": value.suggestion,
                    "made_by": made_by,
                }
            )
        schema = pa.schema([(name, _TYPES[type_]) for name, type_ in kind.columns.items()])
        yield pa.Table.from_pylist(rows, schema=schema)
