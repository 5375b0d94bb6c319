"""`python -m ingestion <source>`: load one source alone into the home's warehouse.

ENGINEROOM_HOME names the home (default ./data). AS_OF dates the load in a sandbox home; a real
home uses the clock. Only this module and orchestration's settings read the environment.
"""

import argparse
import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ingestion.config import read_sandbox, read_settings, real_config, sandbox_config
from ingestion.errors import LoadFailed
from ingestion.pipeline import LoadReport, load
from ingestion.sources import SOURCES

CONFIG = Path(__file__).parent.parent / "config"


def main(arguments: list[str] | None = None) -> int:
    """Load one source and print what became of its rows; return 1 where it failed."""
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=__doc__)
    parser.add_argument("source", choices=sorted(SOURCES))
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day")
    parser.add_argument("--full", action="store_true", help="read everything again")
    chosen = parser.parse_args(arguments)
    home = Path(os.environ.get("ENGINEROOM_HOME", "data")).resolve()
    try:
        kind = _home_kind(home)
        sandbox = read_sandbox(home) if kind == "sandbox" else None
        as_of = _as_of(kind, sandbox)
        config = _config(chosen.source, kind, sandbox)
        report = load(
            chosen.source,
            warehouse=home / "warehouse.duckdb",
            work=home / "work",
            pipelines=home / "dlt",
            config={"inbox": str(home / "inbox"), "mappings": str(CONFIG / "file_drops"), **config},
            as_of=as_of,
            run_id=f"{chosen.source}-{uuid4().hex[:12]}",
            window=(chosen.first, chosen.last or as_of.date()) if chosen.first else None,
            full=chosen.full,
            progress=lambda text: print(text, file=sys.stderr),
        )
    except LoadFailed as error:
        print(error, file=sys.stderr)
        return 1
    _show(report)
    return 0


def _config(name: str, kind: str, sandbox: dict[str, str] | None) -> dict[str, Any]:
    source, settings = SOURCES[name], read_settings(CONFIG).get(name, {})
    if kind == "real":
        return real_config(source, settings, os.environ)
    if source.session is None:
        return settings
    if sandbox is None:
        raise LoadFailed(
            f"{name}: the sandbox is not running. Start it with "
            "`python -m ingestion.sandbox serve --home <home>`."
        )
    return sandbox_config(source, settings, sandbox["base_url"])


def _home_kind(home: Path) -> str:
    marker = home / "home.json"
    if not marker.exists():
        raise LoadFailed(
            f"{home} is no home yet. Make one with `engineroom run`, or set ENGINEROOM_HOME."
        )
    return str(json.loads(marker.read_text())["kind"])


def _as_of(kind: str, sandbox: dict[str, str] | None) -> datetime:
    if kind == "real":
        return datetime.now(UTC)
    told = os.environ.get("AS_OF") or (sandbox or {}).get("as_of") or "2026-07-01T06:00:00Z"
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        raise LoadFailed(f"AS_OF is no instant: {told}. Write 2026-07-01T06:00:00Z.") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _show(report: LoadReport) -> None:
    for name, counts in report.tables.items():
        print(
            f"{report.source}.{name}: {counts.yielded:,} read, {counts.loaded:,} loaded, "
            f"{counts.unchanged:,} unchanged, {counts.superseded:,} superseded, "
            f"{counts.deduplicated:,} repeated, {counts.quarantined:,} in quarantine"
        )
    print(f"{report.source}: {report.rows_read:,} rows by {report.requests:,} requests")
    for (table, column, kind), times in sorted(report.drift.items()):
        print(f"  {table}.{column}: {kind} ({times:,})")


if __name__ == "__main__":
    sys.exit(main())
