"""Brings the state of an older home to what this code reads, step by step.

A step is idempotent and the home's version is written after it, so a killed migration goes on with
the next command. A home that a newer Engine Room has written is refused, never guessed at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Step:
    """What makes a home of the version before into one of `version`."""

    version: int
    says: str
    do: Callable[[duckdb.DuckDBPyConnection], None]


def _mark_erased(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every raw table its mark, those of sources that are no longer read too."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name like 'raw\\_%'"
        " escape '\\' and not ends_with(schema_name, '_staging') and not starts_with(table_name,"
        " '_dlt')"
    ).fetchall()
    for schema, table in tables:
        connection.execute(
            f'alter table "{schema}"."{table}" add column if not exists is_erased boolean'
        )


def _drop_weights(connection: duckdb.DuckDBPyConnection) -> None:
    """Each of these was as long as the credits, and nothing reads them any more."""
    for table in ("int_attribution__weights", "int_attribution__fitted_weights"):
        connection.execute(f"drop table if exists intermediate.{table}")


STEPS = (
    Step(2, "raw rows are marked where a vendor's privacy delete blanked them", _mark_erased),
    Step(3, "tables of weights that nothing reads any more are gone", _drop_weights),
)
VERSION = STEPS[-1].version


def migrate(warehouse: Path, version: int, keep: Callable[[int], None]) -> list[str]:
    """Do the steps that a home of `version` lacks; `keep` is told each version reached."""
    done = []
    for step in STEPS:
        if step.version <= version:
            continue
        if warehouse.exists():
            with duckdb.connect(str(warehouse)) as connection:
                connection.begin()
                step.do(connection)
                connection.commit()
                connection.execute("checkpoint")
        keep(step.version)
        done.append(step.says)
    return done
