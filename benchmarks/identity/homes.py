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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.identity import sandbox_people
from benchmarks.identity.normalise import normalise, normalise_chunks
from benchmarks.identity.other_company import generate
from identity.tables import ensure_tables
from orchestration import rules
from orchestration.rooms import normalise as normalise_values
from orchestration.settings import Settings
from orchestration.transform import VALUES

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("hubspot", "mailchimp", "web_events", "file_drops")
START_LIMIT_SECONDS = 600


def build_sandbox(home: Path, seed: int, scale: float, *, again: bool = False) -> None:
    """Make the home of a seed and scale up to `int_identity__records`, or only these `again`."""
    warehouse, done = home / "warehouse.duckdb", home / "records.done"
    if done.exists():
        if again:
            normalise_values(Settings(home=home))
            build_records(home, "int_hygiene__free_mail_domains int_identity__records")
        return
    for folder in ("marts", "inbox/web_events", "work", "dlt", "target"):
        (home / folder).mkdir(parents=True, exist_ok=True)
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
    build_records(home, f"+{VALUES}")
    normalise_values(Settings(home=home))
    build_records(home, "+int_identity__records")
    done.touch()


def build_people(homes: Path, seed: int, scale: float) -> Path:
    """Make the home of the sandbox's people alone, of any scale, with their truth as Parquet."""
    home = homes / f"people-{seed}-{scale:g}"
    if (home / "truth.parquet").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    truth: list[tuple[str, str]] = []

    def chunks() -> Iterator[tuple[list[dict[str, Any]], list[tuple[str, str, str, str]]]]:
        for part in sandbox_people.draw(seed, scale):
            truth.extend(part.person_of)
            yield part.rows, part.merges

    normalise_chunks(home / "warehouse.duckdb", chunks())
    table = pa.table(dict(zip(("record_key", "person"), zip(*truth, strict=True), strict=True)))
    pq.write_table(table, home / "truth.parquet")
    return home


def build_other(home: Path, seed: int, people: int) -> None:
    """Make a warehouse whose source rows are the other company's, normalised by the same SQL."""
    home.mkdir(parents=True, exist_ok=True)
    company = generate(seed, people)
    normalise(home / "warehouse.duckdb", company.rows, company.merges)


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
