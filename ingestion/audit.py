"""The ingest room's own tables: audit, loads, drift, totals, quarantine."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.contract import ColumnType, Source, Table

_SQL_TYPES: dict[ColumnType, str] = {
    "text": "varchar",
    "bigint": "bigint",
    "double": "double",
    "decimal": "decimal(38, 9)",
    "money": "varchar",
    "micros": "varchar",
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
    requests bigint, rows_read bigint, primary key (run_id, source)
);
alter table ingest.loads add column if not exists requests bigint;
alter table ingest.loads add column if not exists rows_read bigint;
create table if not exists ingest.load_audit (
    run_id varchar, source varchar, table_name varchar, as_of timestamp, yielded bigint,
    loaded bigint, unchanged bigint, superseded bigint, deduplicated bigint, quarantined bigint,
    tombstoned bigint, finished_at timestamp, primary key (run_id, source, table_name)
);
create table if not exists ingest.drift (
    run_id varchar, source varchar, table_name varchar, column_name varchar, kind varchar,
    occurrences bigint, primary key (run_id, source, table_name, column_name, kind)
);
create table if not exists ingest.totals (
    run_id varchar, source varchar, table_name varchar, measure varchar, source_total double,
    loaded_total double, primary key (run_id, source, table_name, measure)
);
create table if not exists ingest.salt (salt varchar);
insert into ingest.salt select sha256(cast(uuid() as varchar))
where not exists (select 1 from ingest.salt);
create table if not exists ingest.erasures (
    source varchar, table_name varchar, by_columns varchar, value_hash varchar, is_record boolean,
    erased_at timestamp, primary key (source, table_name, by_columns, value_hash)
);
create table if not exists ingest.erasure_runs (
    run_id varchar, source varchar, erased_at timestamp, blanked_rows bigint, compacted_at timestamp
);
"""


@dataclass(frozen=True)
class TableAudit:
    """What became of the rows that a source yielded for one table; they add up to `yielded`.

    `tombstoned` rows were added by the load itself, for records that are gone at the vendor.
    """

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
class LoadReport:
    """What one load did: rows per table, and drift per (table, column, kind).

    A total is (table, measure, the vendor's, ours). `requests` counts the calls made.
    """

    source: str
    tables: dict[str, TableAudit]
    drift: dict[tuple[str, str, str], int]
    totals: Sequence[tuple[str, str, float, float]] = ()
    requests: int = 0

    @property
    def rows_read(self) -> int:
        """How many rows came, of all tables."""
        return sum(each.yielded for each in self.tables.values())

    def as_state(self) -> dict[str, dict[str, int]]:
        """Return the audit as JSON that can travel with the load."""
        return {name: asdict(audit) for name, audit in self.tables.items()}


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
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_OWN)
        for source in sources:
            connection.execute(f"create schema if not exists raw_{source.name}")
            for table in source.tables:
                connection.execute(_ddl(source.name, table))
                _add_missing(connection, source.name, table)
            connection.execute(
                f"""
                create table if not exists quarantine.{source.name} (
                    quarantine_id varchar primary key, table_name varchar, reason varchar,
                    body varchar, run_id varchar, quarantined_at timestamp, replayed_at timestamp
                )
                """
            )


def _ddl(source: str, table: Table) -> str:
    own = [("_extra", "varchar")]
    if table.mode == "versioned":
        own += [("is_deleted", "boolean"), ("row_version", "varchar")]
        own += [(f"_dlt_valid_{end}", "timestamp with time zone") for end in ("from", "to")]
    own += [("_dlt_load_id", "varchar"), ("is_erased", "boolean")]
    declared = [(column.name, _SQL_TYPES[column.type]) for column in _columns(table)]
    listed = ", ".join(f'"{name}" {type_}' for name, type_ in declared + own)
    return f"create table if not exists raw_{source}.{table.name} ({listed})"


def _columns(table: Table) -> tuple:
    return table.own_columns if table.mode == "versioned" else table.columns


def _add_missing(connection: duckdb.DuckDBPyConnection, source: str, table: Table) -> None:
    """Add columns that were declared since the table was made; they read as null."""
    wanted = {column.name: _SQL_TYPES[column.type] for column in _columns(table)}
    answer = connection.execute(f"select * from raw_{source}.{table.name} limit 0")
    known = {name.lower() for name, *_ in answer.description or []}
    for name, type_ in {**wanted, "is_erased": "boolean"}.items():
        if name.lower() not in known:
            connection.execute(f'alter table raw_{source}.{table.name} add column "{name}" {type_}')


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


def keep_audit(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    run_id: str,
    as_of: datetime,
    tables: Mapping[str, TableAudit],
) -> None:
    """Write what became of every row; a repeated run replaces its own lines."""
    for name, audit in tables.items():
        values = [run_id, source, name, as_of, *asdict(audit).values(), as_of]
        marks = ", ".join("?" * len(values))
        connection.execute(f"insert or replace into ingest.load_audit values ({marks})", values)


def keep_findings(connection: duckdb.DuckDBPyConnection, run_id: str, report: LoadReport) -> None:
    """Write drift and totals; a repeated run replaces its own lines."""
    for (table, column, kind), occurrences in report.drift.items():
        connection.execute(
            "insert or replace into ingest.drift values (?, ?, ?, ?, ?, ?)",
            [run_id, report.source, table, column, kind, occurrences],
        )
    for table, measure, theirs, ours in report.totals:
        connection.execute(
            "insert or replace into ingest.totals values (?, ?, ?, ?, ?, ?)",
            [run_id, report.source, table, measure, theirs, ours],
        )


def keep_outcome(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    run_id: str,
    as_of: datetime,
    status: str,
    message: str,
    report: LoadReport | None = None,
) -> None:
    """Write how the load of a source ended: `succeeded` or `failed`, with the plain reason.

    With a report, also what it cost: the calls made and the rows that came.
    """
    cost = (report.requests, report.rows_read) if report else (None, None)
    connection.execute(
        "insert or replace into ingest.loads by name select ? as run_id, ? as source, ? as as_of, "
        "? as status, ? as message, cast(? as bigint) as requests, cast(? as bigint) as rows_read",
        [run_id, source, as_of, status, message, *cost],
    )
