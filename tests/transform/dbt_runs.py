"""Runs dbt itself for tests: the project on an empty warehouse, and the SQL it compiles."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

import attribution.tables
import hygiene.cache
import identity.tables
import ingestion.pipeline
import quality.run
import routing.tables
from orchestration import rules, run_ledger, truth
from orchestration.settings import PROJECT, QUIET, Settings

TRANSFORM = PROJECT / "transform"
MACROS = Path("macros") / "portable.sql"
_DBT = "from dbt.cli.main import cli; cli()"
_MACRO = re.compile(r"{%-? macro (\w+)\(([^)]*)\)(.*?){%-? endmacro", re.DOTALL)
# A later run, of which the warehouse here knows nothing: what an incremental model adds then.
_LATER_RUN = {
    "last_build": " %}{{ return({'no': 0, 'as_of': '2026-01-01 00:00:00'}) }}",
    "recompute": " %}",
}
# Macro arguments that are handed over without quotes and are no SQL.
_PLAIN_TEXT = ("pattern", "replacement", "separator", "path")


@dataclass(frozen=True)
class DbtRun:
    """What one dbt invocation left: its results by unique id, its manifest, its own words."""

    target: Path
    said: str

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        document = json.loads((self.target / "run_results.json").read_text("utf-8"))
        return {row["unique_id"]: row for row in document["results"]}

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.target / "manifest.json").read_text("utf-8"))


def empty_home(home: Path) -> Path:
    """Make a home as a first run finds it: every table that the transform reads, without rows."""
    warehouse = home / "warehouse.duckdb"
    ingestion.pipeline.ensure_tables(warehouse)
    hygiene.cache.ensure_tables(warehouse)
    identity.tables.ensure_tables(warehouse)
    quality.run.ensure_tables(warehouse)
    attribution.tables.ensure_tables(warehouse)
    routing.tables.ensure_tables(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        run_ledger.ensure_tables(connection)
    rules.load(PROJECT / "config", warehouse)
    truth.load(Settings(home=home), "real")
    return home


def dbt(home: Path, *arguments: str, project: Path = TRANSFORM) -> DbtRun:
    """Run dbt on the warehouse of `home`; artefacts and logs stay in the home."""
    target = home / "target"
    (home / "marts").mkdir(parents=True, exist_ok=True)
    given = {key: value for key, value in os.environ.items() if "ENGINEROOM_RUN_" not in key}
    environment = {
        **given,
        **QUIET,
        "ENGINEROOM_HOME": str(home),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
    }
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    done = subprocess.run(
        [sys.executable, "-c", _DBT, "--no-use-colors", *arguments, *folders],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return DbtRun(target, done.stdout + done.stderr)


def probe_project(folder: Path) -> Path:
    """Copy the project with its portable macros as plain calls, so that what dbt compiles is what
    the models themselves say. Incremental models show the branch of a later run, which has more.
    Descriptions, tests and contracts stay behind: they take two thirds of a parse of 18 s.
    """
    shutil.copytree(TRANSFORM, folder, ignore=shutil.ignore_patterns("target", "logs"))
    for described in (folder / "models").rglob("*.yml"):
        if not described.name.endswith("__sources.yml"):
            described.unlink()
    project = folder / "dbt_project.yml"
    project.write_text(project.read_text("utf-8").replace("enforced: true", "enforced: false"))
    for path in (folder / "macros").glob("*.sql"):
        found = _MACRO.findall(path.read_text("utf-8"))
        is_portable = path.name == MACROS.name
        stubs = [_stub(*macro) if is_portable else _later(*macro) for macro in found]
        path.write_text("\n".join(stubs), "utf-8")
    return folder


def _later(name: str, parameters: str, body: str) -> str:
    return f"{{% macro {name}({parameters}){_LATER_RUN.get(name, body)}{{% endmacro %}}"


def _stub(name: str, parameters: str, body: str) -> str:
    if "return(" in body:  # it answers dbt, and writes no SQL
        return f"{{% macro {name}({parameters}){body}{{% endmacro %}}"
    if name == "day_spine":
        call = "select date_day from days"
    elif name == "credit_rows":
        columns = "touch_position, model_no, weight, micros, native_units, reporting_units"
        call = f"select {{{{ keys | join(', ') }}}}, {columns} from {{{{ relation }}}}"
    elif name == "split_to_rows":
        call = "select {{ keys | join(', ') }}, piece from {{ relation }}"
    else:
        names = [each.split("=")[0].strip() for each in parameters.split(",") if each.strip()]
        call = f"portable_{name}({', '.join(map(_argument, names))})"
    return f"{{% macro {name}({parameters}) %}}{call}{{% endmacro %}}"


def _argument(name: str) -> str:
    if name in _PLAIN_TEXT:
        return f"'{{{{ {name} | replace(\"'\", '') }}}}'"
    return f"{{{{ {name} if {name} is string or {name} is number else {name} | join(', ') }}}}"
