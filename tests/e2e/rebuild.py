"""Builds everything that dbt makes anew, from the state alone, and compares it with what was there.

The state (raw, identity, ledgers, truth) is kept.
"""

import os
import shutil
import subprocess
from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration import publish, transform
from orchestration.settings import Settings, child_environment

DERIVED = ("staging", "intermediate", "private", "reference", "changes")


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
    for told in ("home.json", "sources.json", "target/partial_parse.msgpack"):
        (copy / told).parent.mkdir(exist_ok=True)
        shutil.copyfile(home / told, copy / told)
    settings = Settings(home=copy, environment=dict(os.environ))
    environment = child_environment(settings) | {
        "ENGINEROOM_RUN_AS_OF": as_of.isoformat(sep=" "),
        "ENGINEROOM_RUN_RUN_ID": run_id,
        "ENGINEROOM_RUN_SEED": _seed(home),
        "DBT_TARGET_PATH": str(copy / "target"),
        "DBT_LOG_PATH": str(copy / "target"),
    }
    arguments = ["--quiet", "build", "--full-refresh", "--project-dir", str(settings.transform)]
    arguments += ["--profiles-dir", str(settings.transform)]
    for kind in ("unit_test", "test"):
        arguments += ["--exclude-resource-type", kind]
    with transform.kept_ready(settings) as dbt:
        command = [str(dbt), *arguments]
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
                for table, columns in tables(connection, schema).items():
                    found[f"{schema}.{table}"] = _unlike(connection, f"{schema}.{table}", columns)
    return {table: rows for table, rows in found.items() if rows}


def tables(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    """Return the tables of `kept` and `anew` with the columns that a run may not change."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = ?"
        " and database_name in ('kept', 'anew')"
        " and table_name in (select table_name from duckdb_tables()) order by all",
        [schema],
    ).fetchall()
    found: dict[str, dict[str, None]] = {}
    for table, column in rows:
        if table not in publish.RUN_LOGS and column not in publish.VOLATILE_COLUMNS:
            found.setdefault(table, {})[f'"{column}"'] = None
    return {table: ", ".join(columns) for table, columns in found.items()}


def _unlike(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> int:
    kept, anew = (f"select {columns} from {each}.{table}" for each in ("kept", "anew"))
    row = connection.execute(
        f"select count(*) from ((({kept}) except all ({anew}))"
        f" union all (({anew}) except all ({kept})))"
    ).fetchone()
    return int(row[0]) if row else 0
