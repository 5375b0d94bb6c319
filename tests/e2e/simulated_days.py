"""Runs the platform day by day over a stretch of the sandbox company's time, and rebuilds it once.

The state (raw, identity, ledgers, truth) is kept; everything that dbt makes is dropped and built
again from it.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingestion.sandbox.company import generate
from ingestion.sandbox.wire import ledger_of
from orchestration import publish, run, sandbox_commands, sandbox_process
from orchestration.home import read_json
from orchestration.settings import Settings, child_environment

DERIVED = ("staging", "intermediate", "private", "reference", "changes")


@dataclass(frozen=True)
class Day:
    """What one run did: rows read, rows that moved raw, and (computed, written) rows per model."""

    as_of: datetime
    fetched: int
    landed: int
    models: dict[str, tuple[int, int]]

    @property
    def computed(self) -> int:
        """Rows that the incremental models computed."""
        return sum(computed for computed, _ in self.models.values())

    @property
    def written(self) -> int:
        """Rows that the incremental models deleted and inserted."""
        return sum(written for _, written in self.models.values())


def settings_at(home: Path, as_of: datetime, seed: int, scale: float) -> Settings:
    """Return the settings of a run of the sandbox home at an instant."""
    environment = dict(os.environ)
    return Settings(
        home=home, kind="sandbox", scale=scale, seed=seed, as_of=as_of, environment=environment
    )


def live(
    home: Path, instants: list[datetime], seed: int, scale: float, say: Callable[[str], None]
) -> None:
    """Run the whole platform at each instant in turn; raises AssertionError on a red run.

    A home that was left half-way goes on after the last instant that it has seen.
    """
    seen = read_json(home / "sandbox" / "clock.json").get("as_of")
    left = [each for each in instants if not seen or each > datetime.fromisoformat(seen)]
    if not left:
        return
    first = settings_at(home, left[0], seed, scale)
    sandbox_commands.start(first)
    try:
        for as_of in left:
            outcome = run.run(settings_at(home, as_of, seed, scale), say)
            assert outcome.exit_code == 0, (as_of, outcome.failed_steps, outcome.red)
            say(f"{as_of:%Y-%m-%d}: {outcome.seconds:.0f} s")
    finally:
        sandbox_process.stop(first)


def history(home: Path) -> list[Day]:
    """Return what each run did, oldest first."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        runs = connection.execute(
            "select run_id, as_of, cast(sum(yielded) as bigint), "
            "cast(sum(loaded + tombstoned) as bigint) "
            "from ingest.load_audit group by run_id, as_of order by as_of"
        ).fetchall()
        built: dict[str, dict[str, tuple[int, int]]] = {}
        for run_id, model, computed, written in connection.execute(
            "select run_id, model, cast(sum(computed_rows) as bigint), "
            "cast(sum(deleted_rows + inserted_rows) as bigint) "
            "from changes.builds group by run_id, model order by model"
        ).fetchall():
            built.setdefault(run_id, {})[model] = (computed, written)
    return [Day(as_of, read, landed, built.get(run, {})) for run, as_of, read, landed in runs]


def rebuilt(home: Path, copy: Path, as_of: datetime) -> None:
    """Build every derived table of a copy of the home anew, from the state alone."""
    copy.mkdir(mode=0o700)
    shutil.copyfile(home / "warehouse.duckdb", copy / "warehouse.duckdb")
    (copy / "marts").mkdir()
    with duckdb.connect(str(copy / "warehouse.duckdb")) as connection:
        for schema in DERIVED:
            connection.execute(f"drop schema if exists {schema} cascade")
        run_id = connection.execute(
            "select run_id from ingest.loads order by as_of desc limit 1"
        ).fetchall()[0][0]
    settings = Settings(home=copy, environment=dict(os.environ))
    told = {
        "ENGINEROOM_RUN_AS_OF": as_of.isoformat(sep=" "),
        "ENGINEROOM_RUN_RUN_ID": run_id,
        "ENGINEROOM_RUN_SEED": _seed(home),
        "DBT_TARGET_PATH": str(copy / "target"),
        "DBT_LOG_PATH": str(copy / "target"),
    }
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--full-refresh"]
    command += ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    command += ["--project-dir", str(settings.transform), "--profiles-dir", str(settings.transform)]
    environment = child_environment(settings) | told
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def _seed(home: Path) -> str:
    with duckdb.connect(str(home / "marts" / "engineroom.duckdb"), read_only=True) as connection:
        row = connection.execute("select max(seed) from marts.rpt_truth_scores").fetchone()
    return str(row[0]) if row else ""


def differences(home: Path, copy: Path) -> dict[str, int]:
    """Return rows that only one of two homes has, per derived table; empty where all are equal."""
    found: Counter[str] = Counter()
    places = {"warehouse.duckdb": ("intermediate", "private", "reference")}
    places["marts/engineroom.duckdb"] = ("marts",)
    for file, schemas in places.items():
        with duckdb.connect() as connection:
            for alias, root in (("kept", home), ("anew", copy)):
                connection.execute(f"attach '{root / file}' as {alias} (read_only)")
            for schema in schemas:
                for table, columns in _tables(connection, schema).items():
                    found[f"{schema}.{table}"] = _unlike(connection, f"{schema}.{table}", columns)
    return {table: rows for table, rows in found.items() if rows}


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = ?"
        " and database_name in ('kept', 'anew')"
        " and table_name in (select table_name from duckdb_tables()) order by all",
        [schema],
    ).fetchall()
    tables: dict[str, dict[str, None]] = {}
    for table, column in rows:
        if table not in publish.RUN_LOGS and column not in publish.VOLATILE_COLUMNS:
            tables.setdefault(table, {})[f'"{column}"'] = None
    return {table: ", ".join(columns) for table, columns in tables.items()}


def _unlike(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> int:
    kept, anew = (f"select {columns} from {each}.{table}" for each in ("kept", "anew"))
    row = connection.execute(
        f"select count(*) from ((({kept}) except all ({anew}))"
        f" union all (({anew}) except all ({kept})))"
    ).fetchone()
    return int(row[0]) if row else 0


def planted(seed: int, scale: float, first: datetime, last: datetime) -> Counter[str]:
    """Return what the company's ledger makes visible after `first` and up to `last`, by kind."""
    begin, end = (each.replace(tzinfo=UTC).timestamp() * 1000 for each in (first, last))
    kinds: Counter[str] = Counter()
    seen: set[tuple[str, str, str]] = set()
    for change in ledger_of(generate(seed, scale)).changes:
        if change.visible_from > end:
            break
        key = (change.vendor, change.object, change.key)
        is_known = key in seen
        seen.add(key)
        if change.visible_from <= begin:
            continue
        if change.status != "live":
            kinds[change.status] += 1
        elif is_known:
            kinds[f"restated:{change.vendor}"] += 1
        elif change.visible_from - change.sort_at > 86_400_000:
            kinds["late"] += 1
    return kinds
