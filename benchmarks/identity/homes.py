"""A home as far as identity needs it: sources loaded over their wire, records normalised.

The shortcut of a whole run: the real sandbox, the real connectors and the real models, without
Dagster, marts and the vendors that know no people. A minute at scale 0.2 instead of three.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.identity.other_company import generate
from identity.tables import ensure_tables
from orchestration import rules

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("hubspot", "mailchimp", "web_events", "file_drops")
START_LIMIT_SECONDS = 600
MERGES = (
    "source varchar, object varchar, loser_record_id varchar, winner_record_id varchar, "
    "merged_at timestamp"
)
SOURCE_ROWS = (
    "source varchar, object varchar, source_record_id varchar, email varchar, phone varchar, "
    "first_name varchar, last_name varchar, company_name varchar, company_record_id varchar, "
    "company_domain varchar, job_title varchar, country varchar, region varchar, city varchar, "
    "postal_code varchar, street varchar, lifecycle_stage_native varchar, "
    "linked_record_id varchar, message varchar, is_unsubscribed boolean, is_archived boolean, "
    "is_deleted boolean, created_at timestamp, updated_at timestamp"
)


def build_sandbox(home: Path, seed: int, scale: float, *, again: bool = False) -> None:
    """Make the home of a seed and scale up to `int_identity__records`, or only these `again`."""
    warehouse, done = home / "warehouse.duckdb", home / "records.done"
    if done.exists():
        if again:
            build_records(home, "int_identity__records")
        return
    _folders(home)
    (home / "home.json").write_text(json.dumps({"kind": "sandbox", "version": 1}))
    command = [sys.executable, "-m", "ingestion.sandbox", "serve", "--home", str(home)]
    command += ["--seed", str(seed), "--scale", str(scale)]
    with subprocess.Popen(command, cwd=PROJECT) as sandbox:
        try:
            _wait_for(home / "sandbox" / "sandbox.json", sandbox)
            for source in SOURCES:
                _run([sys.executable, "-m", "ingestion", source], home)
        finally:
            sandbox.send_signal(signal.SIGTERM)
    rules.load(PROJECT / "config", warehouse)
    ensure_tables(warehouse)
    build_records(home, "+int_identity__records")
    done.touch()


def build_other(home: Path, seed: int, people: int, *, again: bool = False) -> None:
    """Make a home whose source rows are the other company's, normalised by the same models."""
    done = home / "records.done"
    if done.exists() and not again:
        return
    _folders(home)
    company = generate(seed, people)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create schema if not exists intermediate")
        _put(connection, "source_rows", SOURCE_ROWS, company.rows)
        names = ("source", "object", "loser_record_id", "winner_record_id")
        merges = [dict(zip(names, each, strict=True)) for each in company.merges]
        _put(connection, "merges", MERGES, merges)
    build_records(home, "resource_type:seed int_identity__records")
    done.touch()


def _put(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[dict[str, Any]]
) -> None:
    names = [each.split()[0] for each in columns.split(", ")]
    told = pa.table({each: [row.get(each) for row in rows] for each in names})
    connection.register("told", told)
    table = f"intermediate.int_identity__{name}"
    connection.execute(f"create or replace table {table} ({columns})")
    connection.execute(f"insert into {table} select {', '.join(names)} from told")
    connection.unregister("told")


def _folders(home: Path) -> None:
    for folder in ("marts", "inbox/web_events", "work", "dlt", "target"):
        (home / folder).mkdir(parents=True, exist_ok=True)


def build_records(home: Path, select: str) -> None:
    """Build a selection of models and seeds in the home; unit tests are not its business."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--select"]
    command += [*select.split(), "--exclude-resource-type", "unit_test", "--profiles-dir", "."]
    command += ["--indirect-selection", "buildable"]
    _run(command, home, cwd=PROJECT / "transform")


def _run(command: list[str], home: Path, cwd: Path = PROJECT) -> None:
    told = {"ENGINEROOM_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    told |= {"DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "target")}
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[:4]} failed: {(done.stdout + done.stderr)[-3000:]}")


def _wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.2)
