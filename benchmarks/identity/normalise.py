"""The SQL of `int_identity__records` as it stands in the project, without starting dbt."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.model_sql import macro, rendered
from orchestration.rooms import normalise as normalise_values
from orchestration.settings import Settings

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
    "linked_record_id varchar, message varchar, is_archived boolean, "
    "is_deleted boolean, created_at timestamp, updated_at timestamp"
)

MODELS = (
    ("int_hygiene__free_mail_domains", "reference", "free_mail_domains"),
    ("int_identity__records", "intermediate", "int_identity__records"),
    ("int_hygiene__records", "intermediate", "int_hygiene__records"),
)
REFERENCES = {"int_hygiene__free_mail_domains": "reference.free_mail_domains"}
# What stg_hygiene__values states of such rows, by table of schema hygiene.
_STATED = {
    "countries": ("country", "''"),
    "regions": ("region", "coalesce(country, '')"),
    "phones": ("phone", "coalesce(country, '')"),
    "emails": (f"case when not {macro('is_plain_address')('email')} then email end", "''"),
    "domains": (macro("address_domain")("email"), "''"),
    "company_domains": ("company_domain", "''"),
    "names": (
        "first_name",
        "case when last_name is null and first_name like '% %' then 'whole' else 'first' end",
    ),
    "last_names": (
        "last_name",
        "case when first_name is null and last_name like '% %' then 'whole' else 'last' end",
    ),
    "companies": ("company_name", "''"),
    "job_titles": ("job_title", "''"),
}
# A record that came in two parts counts by its first.
_ONCE = " qualify row_number() over (partition by record_key order by created_at) = 1"
_TABLES = {"company_domains": "domains", "last_names": "names"}
_VALUES = " union ".join(
    f"select '{_TABLES.get(kind, kind)}' as kind, {column} as raw_value, {context} as context"
    f" from intermediate.int_identity__source_rows where {column} is not null"
    for kind, (column, context) in _STATED.items()
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
    build_records(warehouse)


def build_records(warehouse: Path) -> None:
    """Normalise values and make the records from the source rows and merges that are there."""
    with duckdb.connect(str(warehouse)) as connection:
        seeds = _seeds(connection)
        connection.execute("create schema if not exists staging")
        connection.execute(f"create or replace table staging.stg_hygiene__values as {_VALUES}")
    normalise_values(Settings(home=warehouse.parent))
    with duckdb.connect(str(warehouse)) as connection:
        for model, schema, name in MODELS:
            sql = rendered(
                model,
                ref=lambda name: REFERENCES.get(
                    name, f"{'reference' if name in seeds else 'intermediate'}.{name}"
                ),
                source=lambda schema, table: f"{schema}.{table}",
            )
            connection.execute(
                f"create or replace table {schema}.{name} as select * from ({sql})"
                + (_ONCE if name == "int_identity__records" else "")
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
