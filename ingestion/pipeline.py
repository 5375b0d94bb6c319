"""One load of one source: extract to a spool, reduce in SQL, hand to dlt, account for every row.

The only place that names a destination. Each phase can be killed: before dlt starts nothing has
moved; after it the package, the cursors inside it included, is finished by the next load.
"""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion import audit, erasure
from ingestion.audit import LoadReport, TableAudit
from ingestion.contract import Extraction, Source, in_utc
from ingestion.delivery import Delivery
from ingestion.errors import LoadFailed
from ingestion.guards import refuse_mass_deletion, verify
from ingestion.http import Clock, Session
from ingestion.reduce import Reduced, reduce_table
from ingestion.sources import SOURCES
from ingestion.spool import Progress, Spooled, extract
from ingestion.thrift import thrift

__all__ = ["LoadFailed", "LoadReport", "TableAudit", "ensure_tables", "load"]

SWEEP_DAYS = 7
SUCCEEDED = "succeeded"


def ensure_tables(warehouse: Path) -> None:
    """Create every raw table of every source, empty, so that the transform can always read."""
    audit.ensure_tables(warehouse, SOURCES.values())


def load(
    source: str | Source,
    *,
    warehouse: Path,
    work: Path,
    pipelines: Path,
    config: Mapping[str, Any],
    as_of: datetime,
    run_id: str,
    window: tuple[date, date] | None = None,
    full: bool = False,
    clock: Clock | None = None,
    progress: Progress | None = None,
    outcome: str = SUCCEEDED,
) -> LoadReport:
    """Load one source and return what became of every row.

    `as_of` (UTC) dates the versions and may not go back. `window` re-reads a range of days
    without moving a cursor; `full` reads everything again and sweeps ids. `outcome` is the word for
    the books: a replay of quarantine makes no source fresh. Raises LoadFailed, after which the
    cursors stand where they stood; what had landed is recognised by the next load.
    """
    spec = source if isinstance(source, Source) else SOURCES[source]
    as_of = in_utc(as_of)
    running = _Load(
        spec,
        warehouse,
        work / spec.name,
        Delivery(spec, warehouse, pipelines),
        config,
        as_of,
        run_id,
        progress or (lambda _: None),
    )
    try:
        report = running.run(window, full, clock or Clock(), outcome)
    except Exception as error:
        message = _plain(spec, config, error)
        if outcome == SUCCEEDED:
            running.keep_outcome("failed", message)
        if isinstance(error, LoadFailed) and message == str(error):
            raise
        raise LoadFailed(message) from error
    if spec.name == erasure.FILES:
        erasure.settle(warehouse, SOURCES, (work, pipelines), running.instant, run_id)
    return report


@contextmanager
def _held_open(warehouse: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """Hold the file open, so that whoever else opens it in this process gets it at once.

    It takes a fifth of a second to read its catalogue: opened and closed by each step of a load and
    each of dlt's jobs, that was two thirds of a load of few rows. Not held while a vendor is read.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        yield connection
    if warehouse.with_name(f"{warehouse.name}.wal").exists():
        # Closing writes the log back, and tells nobody where it cannot: a full disk.
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("checkpoint")


def _plain(spec: Source, config: Mapping[str, Any], error: Exception) -> str:
    """Return what happened without a secret of the source in it."""
    known = isinstance(error, LoadFailed)
    text = str(error) if known else f"{spec.name}: {type(error).__name__}: {error}"
    for name in spec.secrets:
        if secret := str(config.get(name) or ""):
            text = text.replace(secret, "***")
    return text if known else f"{text[:500]}. The cursors did not move; run again."


@dataclass(frozen=True)
class _Load:
    """One load under way."""

    spec: Source
    warehouse: Path
    folder: Path
    delivery: Delivery
    config: Mapping[str, Any]
    as_of: datetime
    run_id: str
    said: Progress

    @property
    def instant(self) -> datetime:
        return self.as_of.replace(tzinfo=None)

    def run(
        self, window: tuple[date, date] | None, full: bool, clock: Clock, outcome: str
    ) -> LoadReport:
        state = self._begin()
        before = dict(state)
        due = self._sweep_due(state, full)
        with self._session(clock) as http:
            extraction = Extraction(
                self.config, http, self.as_of, state, window, full, due and window is None
            )
            spooled = extract(self.spec, extraction, self.folder, self.said)
            requests = http.requests_made
        if extraction.sweep_due:
            state["swept_at"] = self.as_of.isoformat()
        with _held_open(self.warehouse) as held, thrift(held, self.spec, spooled, self.folder):
            report = self._land(spooled, extraction, requests, changed=state != before)
            self.keep_outcome(outcome, "", report)
        shutil.rmtree(self.folder)
        return report

    def _begin(self) -> dict[str, Any]:
        """Tidy up what a killed load left behind and return the cursors."""
        with _held_open(self.warehouse):
            audit.ensure_tables(self.warehouse, [self.spec])
            if missing := self.spec.missing(self.config):
                raise LoadFailed(
                    f"{self.spec.name}: no {' and no '.join(missing)}. Set it in "
                    "config/sources.yml, or the environment variable that is named there."
                )
            if self.delivery.drop_pending():
                self.said(f"{self.spec.name}: a load was interrupted; its rows are read again")
            state = self.delivery.state()
            self._close_books(state)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return state

    def _land(
        self, spooled: Spooled, extraction: Extraction, requests: int, *, changed: bool
    ) -> LoadReport:
        """Bring what was read into the warehouse; `changed` are the cursors."""
        state = extraction.state
        reduced = self._reduce(spooled)
        report = LoadReport(
            self.spec.name,
            {name: _audit_of(name, spooled, each) for name, each in reduced.items()},
            spooled.drift,
            extraction.totals,
            requests,
        )
        load_id = None
        if changed or any(each.delivered for each in reduced.values()):
            last = {"run_id": self.run_id, "as_of": self.as_of.isoformat()}
            state["last"] = {**last, "tables": report.as_state()}
            load_id = self.delivery.deliver(reduced, state, self.as_of)
        verify(self.warehouse, self.spec, load_id, report)
        with duckdb.connect(str(self.warehouse)) as connection:
            name = self.spec.name
            audit.keep_audit(connection, name, self.run_id, self.instant, report.tables)
            audit.keep_findings(connection, self.run_id, report)
        return report

    def keep_outcome(self, status: str, message: str, report: LoadReport | None = None) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            name, at = self.spec.name, self.instant
            audit.keep_outcome(connection, name, self.run_id, at, status, message, report)

    def _session(self, clock: Clock) -> Session:
        if self.spec.session:
            return self.spec.session(self.config, clock)
        return Session("file:///", clock=clock)

    def _sweep_due(self, state: Mapping[str, Any], full: bool) -> bool:
        swept = state.get("swept_at")
        if full or not swept:
            return True
        days = timedelta(days=float(self.config.get("sweep_days", SWEEP_DAYS)))
        return self.as_of - datetime.fromisoformat(swept) >= days

    def _close_books(self, state: Mapping[str, Any]) -> None:
        """Refuse to go back in time, and write the audit of a load killed just before its own."""
        last = state.get("last")
        if not last:
            return
        finished = datetime.fromisoformat(last["as_of"])
        if finished > self.as_of:
            raise LoadFailed(
                f"{self.spec.name}: the last load was as of {finished:%Y-%m-%d %H:%M}, later than "
                f"{self.as_of:%Y-%m-%d %H:%M}. Time may not go back: set AS_OF later or use a new "
                "home."
            )
        tables = {name: TableAudit(**counts) for name, counts in last["tables"].items()}
        name, run_id, at = self.spec.name, last["run_id"], finished.replace(tzinfo=None)
        with duckdb.connect(str(self.warehouse)) as connection:
            done = connection.execute(
                "select 1 from ingest.loads where run_id = ? and source = ? and status <> 'failed'",
                [run_id, name],
            ).fetchone()
            if not done:
                audit.keep_audit(connection, name, run_id, at, tables)
                audit.keep_outcome(
                    connection, name, run_id, at, SUCCEEDED, "finished by a later run"
                )

    def _reduce(self, spooled: Spooled) -> dict[str, Reduced]:
        reduced = {}
        with duckdb.connect(str(self.warehouse)) as connection:
            audit.keep_quarantined(
                connection, self.spec.name, spooled.bad, self.run_id, self.instant
            )
            self._forget(connection, spooled)
            for table in self.spec.tables:
                ready = self.folder / f"{table.name}.ready.parquet"
                if spooled.is_idle(table):
                    reduced[table.name] = Reduced(ready, 0, 0, 0, 0, 0)
                    continue
                _note_all(connection, table.name, spooled)
                rows, refused = erasure.cleaned(
                    connection, self.spec.name, table, spooled.path(table)
                )
                if refused:
                    spooled.note(table.name, "", erasure.REFUSED, refused)
                each = reduce_table(
                    connection,
                    f"raw_{self.spec.name}",
                    table,
                    rows,
                    ready,
                    spooled.vanished(table),
                    is_partial=table.name in spooled.partial | spooled.nameless,
                )
                refuse_mass_deletion(self.spec, table, each, self.config)
                # What is refused is older than the erasure, which is the newest word on it.
                reduced[table.name] = replace(each, superseded=each.superseded + refused)
        return reduced

    def _forget(self, connection: duckdb.DuckDBPyConnection, spooled: Spooled) -> None:
        """Remember the privacy deletes of this load, and finish those of a killed one."""
        forgets = list(spooled.forgotten)
        for name, lives_by in spooled.erasing.items():
            _note_all(connection, name, spooled)
            table = self.spec.table(name)
            forgets.append(erasure.missing_twice(connection, self.spec, table, lives_by))
        erasure.remember(connection, self.spec, forgets, self.instant)
        erasure.erase(connection, self.spec, self.instant, self.run_id)


def _note_all(connection: duckdb.DuckDBPyConnection, table: str, spooled: Spooled) -> None:
    """Put what the reduction must know of one table where its SQL finds it.

    A row without a readable key may be any record, so what seems to be missing may be that one:
    nothing of its table is called gone this time.
    """
    is_whole = table not in spooled.nameless
    units = sorted(spooled.units.get(table, {}).items()) if is_whole else []
    _note(
        connection,
        "covered_units",
        key_text=pa.array([key for key, _ in units], pa.string()),
        page=pa.array([page for _, page in units], pa.int64()),
    )
    for name, column, texts in (
        ("held_keys", "key_text", spooled.held),
        ("swept_keys", "key_text", spooled.swept),
        ("swept_scopes", "condition", spooled.scopes if is_whole else {}),
    ):
        _note(connection, name, **{column: pa.array(sorted(texts.get(table, ())), pa.string())})


def _note(connection: duckdb.DuckDBPyConnection, name: str, **columns: pa.Array) -> None:
    connection.register("noted", pa.table(columns))
    connection.execute(f"create or replace temp table {name} as select * from noted")
    connection.unregister("noted")


def _audit_of(table: str, spooled: Spooled, reduced: Reduced) -> TableAudit:
    return TableAudit(
        spooled.yielded.get(table, 0),
        reduced.changed,
        reduced.unchanged,
        reduced.superseded,
        reduced.deduplicated,
        spooled.quarantined(table),
        reduced.tombstoned,
    )
