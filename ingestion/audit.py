"""The tables of the ingest room that are not a vendor's: audit, loads, drift, quarantine."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.contract import ColumnType, Source, Table

_SQL_TYPES: dict[ColumnType, str] = {
    "text": "varchar",
    "bigint": "bigint",
    "double": "double",
    "decimal": "decimal(38, 9)",
    "bool": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    "json": "varchar",
}

_OWN = """
create schema if not exists ingest;
create schema if not exists quarantine;
create table if not exists ingest.loads (
    run_id varchar, source varchar, as_of timestamp, status varchar, message varchar,
    primary key (run_id, source)
);
create table if not exists ingest.load_audit (
    run_id varchar, source varchar, table_name varchar, as_of timestamp, yielded bigint,
    loaded bigint, unchanged bigint, superseded bigint, deduplicated bigint, quarantined bigint,
    tombstoned bigint, primary key (run_id, source, table_name)
);
create table if not exists ingest.drift (
    run_id varchar, source varchar, table_name varchar, column_name varchar, kind varchar,
    occurrences bigint, primary key (run_id, source, table_name, column_name, kind)
);
"""


@dataclass(frozen=True)
class TableAudit:
    """What became of the rows that a source yielded for one table; they add up to `yielded`."""

    yielded: int
    loaded: int
    unchanged: int
    superseded: int
    deduplicated: int
    quarantined: int
    tombstoned: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every yielded row is accounted for exactly once."""
        parts = self.loaded + self.unchanged + self.superseded + self.deduplicated
        return self.yielded == parts + self.quarantined


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that could not be loaded, whole, with the reason."""

    table: str
    reason: str
    body: str

    @property
    def quarantine_id(self) -> str:
        """The same bad row twice is one row in quarantine."""
        text = "\x1f".join((self.table, self.reason, self.body))
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def ensure_tables(warehouse: Path, sources: Iterable[Source]) -> None:
    """Create every raw table of the sources, and this room's own, where they are missing.

    A source that was never loaded then reads as empty, so that the transform always runs.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_OWN)
        for source in sources:
            connection.execute(f"create schema if not exists raw_{source.name}")
            for table in source.tables:
                connection.execute(_ddl(source.name, table))
            connection.execute(
                f"""
                create table if not exists quarantine.{source.name} (
                    quarantine_id varchar primary key, table_name varchar, reason varchar,
                    body varchar, run_id varchar, quarantined_at timestamp, replayed_at timestamp
                )
                """
            )


def _ddl(source: str, table: Table) -> str:
    declared = [f'"{column.name}" {_SQL_TYPES[column.type]}' for column in table.columns]
    own = ["_extra varchar"]
    if table.mode == "versioned":
        own += [
            "is_deleted boolean", "row_version varchar",
            "_dlt_valid_from timestamp with time zone", "_dlt_valid_to timestamp with time zone",
        ]
    own.append("_dlt_load_id varchar")
    return f"create table if not exists raw_{source}.{table.name} ({', '.join(declared + own)})"


def keep_quarantined(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    rows: Iterable[QuarantinedRow],
    run_id: str,
    as_of: datetime,
) -> None:
    """Write rows to quarantine; one that is already there stays as it was first seen."""
    for row in rows:
        connection.execute(
            f"insert or ignore into quarantine.{source} values (?, ?, ?, ?, ?, ?, null)",
            [row.quarantine_id, row.table, row.reason, row.body, run_id, as_of],
        )


def keep_report(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    run_id: str,
    as_of: datetime,
    tables: Mapping[str, TableAudit],
    drift: Mapping[tuple[str, str, str], int],
) -> None:
    """Write the load's audit and drift; a repeated run replaces its own lines."""
    for name, audit in tables.items():
        connection.execute(
            "insert or replace into ingest.load_audit values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                run_id, source, name, as_of, audit.yielded, audit.loaded, audit.unchanged,
                audit.superseded, audit.deduplicated, audit.quarantined, audit.tombstoned,
            ],
        )
    for (table, column, kind), occurrences in drift.items():
        connection.execute(
            "insert or replace into ingest.drift values (?, ?, ?, ?, ?, ?)",
            [run_id, source, table, column, kind, occurrences],
        )


def keep_outcome(
    warehouse: Path, source: str, run_id: str, as_of: datetime, status: str, message: str
) -> None:
    """Write how the load of a source ended: `succeeded` or `failed`, with the plain reason."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert or replace into ingest.loads values (?, ?, ?, ?, ?)",
            [run_id, source, as_of, status, message],
        )
