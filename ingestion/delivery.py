"""Hands reduced rows to dlt: scd2 for what changes, insert-only for events, cursors alongside.

The destination holds the truth about cursors: the working folder is finished or dropped before
every load, so a deleted folder and a kept one lead to the same rows.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
from dlt.destinations import duckdb
from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion.contract import Column, Source, Table
from ingestion.errors import LoadFailed
from ingestion.reduce import ROWS_PER_BATCH, Reduced

_INSTANT = pa.timestamp("us", tz="UTC")
_SETTINGS = {
    "normalize.parquet_normalizer.add_dlt_load_id": True,
    # Otherwise the last batch, personal data included, stays beside the warehouse.
    "load.truncate_staging_dataset": True,
    "load.delete_completed_jobs": True,
    "load.workers": 1,
    "runtime.dlthub_telemetry": False,
    "runtime.log_level": "ERROR",
}


class _Warehouse(duckdb):
    """dlt's DuckDB, whose settings are looked up once.

    dlt asks some forty times a load what its destination can, and resolves credentials for it each
    time: a third of a second, which is a load of 10,000 rows.
    """

    @property
    def destination_type(self) -> str:
        """What the state of every home names; a class of another name is another destination."""
        return "dlt.destinations.duckdb"

    def capabilities(self, config: Any = None, naming: Any = None) -> Any:
        """Return what DuckDB can, under the given settings or those of this file."""
        return super().capabilities(config or self._settings, naming)

    @cached_property
    def _settings(self) -> Any:
        return self.configuration(self.spec(), accept_partial=True)


@dataclass
class Delivery:
    """The way of one source's rows into the warehouse file, for one load.

    dlt's pipeline is made once: looking up its settings takes it a quarter of a second each time.
    """

    source: Source
    warehouse: Path
    pipelines: Path
    _made: dlt.Pipeline | None = None

    def _pipeline(self) -> dlt.Pipeline:
        self._made = self._made or self._make()
        return self._made

    def _make(self) -> dlt.Pipeline:
        for name, value in _SETTINGS.items():
            dlt.config[name] = value
        self.pipelines.mkdir(parents=True, exist_ok=True)
        return dlt.pipeline(
            pipeline_name=f"raw_{self.source.name}",
            destination=_Warehouse(credentials=str(self.warehouse)),
            dataset_name=f"raw_{self.source.name}",
            pipelines_dir=str(self.pipelines),
        )

    def _held(self, pipeline: dlt.Pipeline) -> dict[str, Any]:
        return dict(pipeline.state.get("sources", {}).get(self.source.name, {}))

    def drop_pending(self) -> bool:
        """Drop what a killed load left behind; return whether there was anything.

        Its cursors go with it, so its rows are read again, and what had landed is recognised. To
        finish it instead is a trap: its tables would land under an old load, dated before builds
        that have read that load, and a job cut off between copy and note would run twice.
        """
        pipeline = self._pipeline()
        if not pipeline.has_pending_data:
            return False
        pipeline.abort_packages()
        return True

    def state(self) -> dict[str, Any]:
        """Return the cursors as the warehouse has them, forgetting the working folder's."""
        self._made = self._pipeline().drop()
        self._made.sync_destination()
        return self._held(self._made)

    def deliver(
        self, reduced: Mapping[str, Reduced], state: Mapping[str, Any], as_of: datetime
    ) -> str:
        """Load the reduced files and the state as one package; return the load's id."""
        pipeline = self._pipeline()
        # It warns of every timestamp hint on every load; errors come as exceptions.
        logging.getLogger("dlt").setLevel(logging.ERROR)
        tables = [table for table in self.source.tables if reduced[table.name].delivered]

        def cursors() -> Iterator[Any]:
            # State set inside an extraction travels in its package, and only then.
            dlt.current.source_state().update(state)
            yield from ()

        @dlt.source(name=self.source.name, max_table_nesting=0)
        def raw() -> Any:
            found = [_resource(table, reduced[table.name], as_of) for table in tables]
            return [*found, dlt.resource(cursors, name="cursors")]

        try:
            info = pipeline.run(raw(), loader_file_format="parquet")
        except PipelineStepFailed as error:
            with suppress(PipelineStepFailed):
                # Aborting writes too: where it cannot, the next load drops what is left.
                pipeline.abort_packages()
            if isinstance(error.exception, KeyboardInterrupt):
                # dlt wraps it like an error: who presses Ctrl-C wants the run to end.
                raise KeyboardInterrupt from error
            raise LoadFailed(
                f"{self.source.name}: the warehouse did not take the load "
                f"({type(error.exception).__name__}). The cursors did not move: free disk space, "
                "close other programs that hold the file, then run again."
            ) from error
        return str(info.loads_ids[-1]) if info.loads_ids else ""


def _resource(table: Table, reduced: Reduced, as_of: datetime) -> Any:
    def rows() -> Iterator[pa.Table]:
        file = pq.ParquetFile(reduced.ready)
        for batch in file.iter_batches(ROWS_PER_BATCH, use_threads=False):
            yield _as_stored(pa.Table.from_batches([batch]), table, reduced, as_of)
        # Arrow keeps what it was given: DuckDB, which copies the rows next, has use for it.
        pa.default_memory_pool().release_unused()

    keys: dict[str, Any]
    disposition: dict[str, Any] | str
    if table.mode == "events":
        disposition = {"disposition": "merge", "strategy": "insert-only"}
        keys = {"primary_key": list(table.key)}
    else:
        disposition = {
            "disposition": "merge",
            "strategy": "scd2",
            "row_version_column_name": "row_version",
            # Without it validity would be the wall clock of the load.
            "boundary_timestamp": as_of.isoformat(),
        }
        keys = {"merge_key": list(table.merge_key)}
    if reduced.is_first:
        # There is nothing to merge with, and what a kill leaves of it the next load recognises.
        disposition = "append"
    make: Any = dlt.resource  # its overloads know no plain dict as a disposition
    return make(
        rows,
        name=table.name,
        write_disposition=disposition,
        columns=[_hint(column) for column in table.columns],
        **keys,
    )


def _as_stored(rows: pa.Table, table: Table, reduced: Reduced, as_of: datetime) -> pa.Table:
    """Return rows with the columns that dlt fills, in their places.

    It puts the load's id where the table has that column; elsewhere it would write every row a
    second time only to move it before those of validity. Those it fills itself when it merges.
    """
    rows = rows.append_column("_dlt_load_id", pa.nulls(len(rows), pa.string()))
    if table.mode == "events" or not reduced.is_first:
        return rows
    from_ = pa.repeat(pa.scalar(as_of, _INSTANT), len(rows))
    rows = rows.append_column("_dlt_valid_from", from_)
    return rows.append_column("_dlt_valid_to", pa.nulls(len(rows), _INSTANT))


def _hint(column: Column) -> Any:
    hint: dict[str, Any] = {"name": column.name}
    if column.type == "timestamp":
        hint |= {"data_type": "timestamp", "timezone": False}
    return hint
