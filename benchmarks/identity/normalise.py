"""The SQL of `int_identity__records` as it stands in the project, without starting dbt."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.model_sql import rendered

TRANSFORM = Path(__file__).resolve().parents[2] / "transform"
MERGES = (
    "source varchar, object varchar, loser_record_id varchar, winner_record_id varchar, "
    "winner_object varchar, merged_at timestamp"
)
SOURCE_ROWS = (
    "source varchar, object varchar, source_record_id varchar, email varchar, phone varchar, "
    "first_name varchar, last_name varchar, company_name varchar, company_record_id varchar, "
    "company_domain varchar, job_title varchar, country varchar, region varchar, city varchar, "
    "postal_code varchar, street varchar, lifecycle_stage_native varchar, "
    "linked_record_id varchar, message varchar, is_unsubscribed boolean, is_archived boolean, "
    "is_deleted boolean, created_at timestamp, updated_at timestamp"
)


def normalise(
    warehouse: Path, rows: list[dict[str, Any]], merges: list[tuple[str, str, str, str]]
) -> None:
    """Make the warehouse's normalised records from rows of sources and merges of vendors.

    A merge is source, object, loser and winner. What the warehouse held before is replaced.
    """
    normalise_chunks(warehouse, [(rows, merges)])


def normalise_chunks(
    warehouse: Path,
    chunks: Iterable[tuple[list[dict[str, Any]], list[tuple[str, str, str, str]]]],
) -> None:
    """Do the same with rows and merges that come in parts, a record's first row counting."""
    names = ("source", "object", "loser_record_id", "winner_record_id")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists intermediate")
        for table, columns in (("source_rows", SOURCE_ROWS), ("merges", MERGES)):
            connection.execute(
                f"create or replace table intermediate.int_identity__{table} ({columns})"
            )
        for rows, merges in chunks:
            _put(connection, "source_rows", SOURCE_ROWS, rows)
            merged = [
                {**dict(zip(names, each, strict=True)), "winner_object": each[1]} for each in merges
            ]
            _put(connection, "merges", MERGES, merged)
        build_records(connection)


def build_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `int_identity__records` from the source rows and merges that are there."""
    seeds = _seeds(connection)
    sql = rendered(
        "int_identity__records",
        ref=lambda name: f"{'reference' if name in seeds else 'intermediate'}.{name}",
    )
    connection.execute(
        "create or replace table intermediate.int_identity__records as select * from"
        f" ({sql}) qualify row_number() over (partition by record_key order by created_at) = 1"
    )


def _put(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[dict[str, Any]]
) -> None:
    names = [each.split()[0] for each in columns.split(", ")]
    told = pa.table({each: [row.get(each) for row in rows] for each in names})
    connection.register("told", told)
    table = f"intermediate.int_identity__{name}"
    connection.execute(f"insert into {table} select {', '.join(names)} from told")
    connection.unregister("told")


def _seeds(connection: duckdb.DuckDBPyConnection) -> set[str]:
    connection.execute("create schema if not exists reference")
    found = sorted((TRANSFORM / "seeds").glob("*.csv"))
    for path in found:
        connection.execute(
            f"create or replace table reference.{path.stem} as"
            " select * from read_csv(?, all_varchar = true)",
            [str(path)],
        )
    return {path.stem for path in found}
