"""One load of one source: extract to a spool, reduce in SQL, hand to dlt, account for every row.

The only place that names a destination. Each phase can be killed: before dlt starts nothing has
moved; after it the package, the cursors inside it included, is finished by the next load.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion import audit
from ingestion.audit import QuarantinedRow, TableAudit
from ingestion.contract import Bad, Column, Extraction, Page, Source, Sweep, Table
from ingestion.http import Session
from ingestion.reduce import Reduced, quoted, reduce_table
from ingestion.sources import SOURCES
from ingestion.typed import arrow_schema, type_rows

ROWS_PER_BATCH = 20_000
Progress = Callable[[str], None]


class LoadFailedError(RuntimeError):
    """A load that could not be finished; the text says what happened and what to do."""


@dataclass(frozen=True)
class LoadReport:
    """What one load did: rows per table, drift per (table, column, kind), other counts."""

    source: str
    tables: dict[str, TableAudit]
    drift: dict[tuple[str, str, str], int]
    counted: dict[str, int]


@dataclass
class _Spooled:
    """What extraction left in the work folder."""

    folder: Path
    yielded: dict[str, int] = field(default_factory=dict)
    bad: list[QuarantinedRow] = field(default_factory=list)
    drift: dict[tuple[str, str, str], int] = field(default_factory=dict)
    units: dict[str, set[str]] = field(default_factory=dict)
    swept: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)

    def path(self, table: Table) -> Path:
        return self.folder / f"{table.name}.spool.parquet"

    def quarantined(self, table: str) -> int:
        return sum(row.table == table for row in self.bad)


def ensure_tables(warehouse: Path) -> None:
    """Create every raw table of every source, empty, so that the transform can always read."""
    audit.ensure_tables(warehouse, SOURCES.values())


def load(
    source: str,
    *,
    warehouse: Path,
    work: Path,
    pipelines: Path,
    config: Mapping[str, Any],
    as_of: datetime,
    run_id: str,
    window: tuple[date, date] | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Load one source and return what became of every row.

    `as_of` (naive UTC) dates the versions. `window` re-reads a range of days without moving a
    cursor; `full` sweeps ids and re-reads long lookbacks. Raises LoadFailedError, after which the
    cursors stand where they stood and nothing of the load is in the warehouse or all of it is
    finished by the next load.
    """
    said = progress or (lambda _: None)
    spec = SOURCES[source]
    audit.ensure_tables(warehouse, [spec])
    try:
        pipeline = _pipeline(spec, warehouse, pipelines)
        _finish_pending(pipeline, said)
        report = _load(spec, pipeline, warehouse, work, config, as_of, run_id, window, full, said)
    except Exception as error:
        message = str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}"
        audit.keep_outcome(warehouse, source, run_id, as_of, "failed", message)
        if isinstance(error, LoadFailedError):
            raise
        raise LoadFailedError(f"{source}: {message}") from error
    audit.keep_outcome(warehouse, source, run_id, as_of, "succeeded", "")
    return report


def _pipeline(spec: Source, warehouse: Path, pipelines: Path) -> dlt.Pipeline:
    dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True
    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["load.delete_completed_jobs"] = True
    dlt.config["runtime.dlthub_telemetry"] = False
    pipelines.mkdir(parents=True, exist_ok=True)
    return dlt.pipeline(
        pipeline_name=f"raw_{spec.name}",
        destination=dlt.destinations.duckdb(credentials=str(warehouse)),
        dataset_name=f"raw_{spec.name}",
        pipelines_dir=str(pipelines),
    )


def _finish_pending(pipeline: dlt.Pipeline, said: Progress) -> None:
    """Finish what a killed load left behind; what cannot be loaded is set aside and reported.

    `run` after a crash loads only the pending package and ignores new data, hence first and apart.
    """
    pipeline.sync_destination()
    while pipeline.has_pending_data:
        said("finishing a load that was interrupted")
        try:
            pipeline.run(loader_file_format="parquet")
        except PipelineStepFailed:
            said("an interrupted load could not be finished; it is dropped and read anew")
            pipeline.abort_packages()
            break


def _load(
    spec: Source,
    pipeline: dlt.Pipeline,
    warehouse: Path,
    work: Path,
    config: Mapping[str, Any],
    as_of: datetime,
    run_id: str,
    window: tuple[date, date] | None,
    full: bool,
    said: Progress,
) -> LoadReport:
    folder = work / spec.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    state = dict(pipeline.state.get("sources", {}).get(spec.name, {}))
    with Session.for_source(spec.name, config) as session:
        extraction = Extraction(config, session, as_of, state, window, full)
        spooled = _extract(spec, extraction, folder, said)
    reduced = _reduce(spec, spooled, warehouse, run_id, as_of)
    load_id = _hand_over(spec, pipeline, reduced, extraction.state, as_of)
    report = LoadReport(
        spec.name,
        {
            table.name: _audit_of(table, spooled, reduced.get(table.name))
            for table in spec.tables
        },
        spooled.drift,
        dict(extraction.counted),
    )
    _verify(spec, warehouse, reduced, load_id, report)
    with duckdb.connect(str(warehouse)) as connection:
        audit.keep_report(connection, spec.name, run_id, as_of, report.tables, report.drift)
        connection.execute("checkpoint")
    shutil.rmtree(folder)
    return report


def _extract(spec: Source, extraction: Extraction, folder: Path, said: Progress) -> _Spooled:
    """Drive the source and spool its rows, typed, to one Parquet file a table."""
    spooled = _Spooled(folder)
    writers: dict[str, pq.ParquetWriter] = {}
    waiting: dict[str, list[dict[str, Any]]] = {table.name: [] for table in spec.tables}
    try:
        for item in spec.extract(extraction):
            table = spec.table(item.table)
            match item:
                case Page():
                    first = spooled.yielded.get(table.name, 0)
                    typed = type_rows(table, item.rows, first)
                    spooled.yielded[table.name] = first + len(item.rows)
                    waiting[table.name] += typed.rows
                    spooled.bad += [QuarantinedRow(table.name, *bad) for bad in typed.bad]
                    for (column, kind), times in typed.drift.items():
                        key = (table.name, column, kind)
                        spooled.drift[key] = spooled.drift.get(key, 0) + times
                    units = spooled.units.setdefault(table.name, set())
                    units.update("|".join(str(part) for part in unit) for unit in item.units)
                case Bad():
                    spooled.yielded[table.name] = spooled.yielded.get(table.name, 0) + 1
                    spooled.bad.append(QuarantinedRow(table.name, item.reason, item.body))
                case Sweep():
                    spooled.swept[table.name] = item.keys
            if len(waiting[table.name]) >= ROWS_PER_BATCH:
                _spool(table, waiting[table.name], spooled, writers)
                said(f"{table.name}: {spooled.yielded[table.name]:,} rows read")
        for table in spec.tables:
            _spool(table, waiting[table.name], spooled, writers)
    finally:
        for writer in writers.values():
            writer.close()
    return spooled


def _spool(
    table: Table,
    rows: list[dict[str, Any]],
    spooled: _Spooled,
    writers: dict[str, pq.ParquetWriter],
) -> None:
    schema = arrow_schema(table)
    if table.name not in writers:
        writers[table.name] = pq.ParquetWriter(spooled.path(table), schema, compression="zstd")
    if rows:
        writers[table.name].write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
        rows.clear()


def _reduce(
    spec: Source, spooled: _Spooled, warehouse: Path, run_id: str, as_of: datetime
) -> dict[str, Reduced]:
    reduced = {}
    with duckdb.connect(str(warehouse)) as connection:
        audit.keep_quarantined(connection, spec.name, spooled.bad, run_id, as_of)
        for table in spec.tables:
            _note_keys(connection, "covered_units", "unit_text", spooled.units.get(table.name, ()))
            swept = ("|".join(key) for key in spooled.swept.get(table.name, ()))
            _note_keys(connection, "swept_keys", "key_text", swept)
            reduced[table.name] = reduce_table(
                connection, f"raw_{spec.name}", table, spooled.path(table),
                spooled.folder / f"{table.name}.ready.parquet",
            )
    return reduced


def _note_keys(
    connection: duckdb.DuckDBPyConnection, name: str, column: str, keys: Any
) -> None:
    texts = pa.table({column: pa.array(sorted(keys), pa.string())})
    connection.register("noted_keys", texts)
    connection.execute(f"create or replace temp table {name} as select * from noted_keys")
    connection.unregister("noted_keys")


def _hand_over(
    spec: Source,
    pipeline: dlt.Pipeline,
    reduced: Mapping[str, Reduced],
    state: Mapping[str, Any],
    as_of: datetime,
) -> str | None:
    """Load the reduced files with dlt, cursors in the same package; return the load's id."""

    @dlt.source(name=spec.name)
    def raw() -> Any:
        dlt.current.source_state().update(state)
        return [
            _resource(table, reduced[table.name].ready, as_of)
            for table in spec.tables
            if reduced[table.name].delivered
        ]

    before = dict(pipeline.state.get("sources", {}).get(spec.name, {}))
    resources = raw()
    if not resources.resources and before == dict(state):
        return None
    try:
        info = pipeline.run(resources, loader_file_format="parquet")
    except PipelineStepFailed as error:
        pipeline.abort_packages()
        raise LoadFailedError(
            f"{spec.name}: the warehouse did not take the load ({type(error.exception).__name__}). "
            "Nothing of it was kept; free disk space or the file's other users, then run again."
        ) from error
    return info.loads_ids[-1] if info.loads_ids else None


def _resource(table: Table, ready: Path, as_of: datetime) -> Any:
    def rows() -> Iterator[pa.Table]:
        for batch in pq.ParquetFile(ready).iter_batches(batch_size=50_000):
            yield pa.Table.from_batches([batch])

    if table.mode == "events":
        disposition: dict[str, Any] = {"disposition": "merge", "strategy": "insert-only"}
        keys: dict[str, Any] = {"primary_key": list(table.key)}
    else:
        disposition = {
            "disposition": "merge",
            "strategy": "scd2",
            "row_version_column_name": "row_version",
            "boundary_timestamp": as_of.isoformat() + "+00:00",
        }
        keys = {"merge_key": list(table.merge_key)}
    return dlt.resource(
        rows,
        name=table.name,
        write_disposition=disposition,  # type: ignore[arg-type]
        columns=[_hint(column) for column in table.columns],
        **keys,
    )


def _hint(column: Column) -> Any:
    hint: dict[str, Any] = {"name": column.name}
    if column.type == "timestamp":
        hint |= {"data_type": "timestamp", "timezone": False}
    return hint


def _audit_of(table: Table, spooled: _Spooled, reduced: Reduced | None) -> TableAudit:
    yielded, bad = spooled.yielded.get(table.name, 0), spooled.quarantined(table.name)
    if reduced is None:
        return TableAudit(yielded, 0, 0, 0, 0, bad)
    return TableAudit(
        yielded, reduced.changed, reduced.unchanged, reduced.superseded, reduced.deduplicated,
        bad, reduced.tombstoned,
    )


def _verify(
    spec: Source,
    warehouse: Path,
    reduced: Mapping[str, Reduced],
    load_id: str | None,
    report: LoadReport,
) -> None:
    """Check that what the audit says is what landed, and that no key is open twice."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table in spec.tables:
            counts = report.tables[table.name]
            raw = f"raw_{spec.name}.{table.name}"
            landed = connection.execute(
                f"select count(*) from {raw} where _dlt_load_id = ?", [load_id]
            ).fetchone()
            if not counts.adds_up or (landed or (0,))[0] != counts.loaded + counts.tombstoned:
                raise LoadFailedError(
                    f"{spec.name}.{table.name}: {counts.yielded} rows were read but "
                    f"{landed} landed against {counts}. The load is not trusted; run it again and "
                    "report it if it stays."
                )
            if table.mode == "versioned":
                twice = connection.execute(
                    f"select count(*) from (select 1 from {raw} where _dlt_valid_to is null "
                    f"group by {quoted(table.key)} having count(*) > 1)"
                ).fetchone()
                if twice and twice[0]:
                    raise LoadFailedError(
                        f"{spec.name}.{table.name}: {twice[0]} keys have two open versions."
                    )
