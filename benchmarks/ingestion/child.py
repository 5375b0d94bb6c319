"""One load in a process of its own; prints what it cost as JSON.

    python -m benchmarks.ingestion.child ours klaviyo_events http://127.0.0.1:8000 FOLDER

CPU is user and system time of this process over the load alone, imports left out on both sides;
memory is the highest resident size of the whole process.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.ingestion.loops import by_hand
from benchmarks.ingestion.resources import AS_OF, NAMED, Resource
from benchmarks.processes import peak_bytes
from ingestion.http import Clock
from ingestion.pipeline import load

# What dlt and pyarrow import at their first use, a second of it whatever the rows.
LATE = (
    *("pandas", "pyarrow.dataset", "sqlalchemy", "dlt.destinations.impl.duckdb.duck"),
    *("dlt.common.libs.pyarrow", "dlt.common.libs.sql_alchemy_compat"),
    "dlt.sources.helpers.requests",
)


def ours(asked: Resource, address: str, folder: Path) -> int:
    """Load by the platform; return the rows that it took of the table."""
    config = asked.config(address)
    if asked.source == "google_ads":
        config["token_url"] = f"{address}/token"
    report = load(
        asked.source,
        warehouse=folder / "warehouse.duckdb",
        work=folder / "work",
        pipelines=folder / "dlt",
        config=config,
        as_of=AS_OF,
        run_id="measured",
        # Budgets are kept for the vendor's sake; this one has no limits.
        clock=Clock(time.monotonic, lambda _: None),
    )
    return report.tables[asked.table_name].loaded


def main() -> None:
    """Run one side and print its rows, CPU seconds and MB."""
    side, name, address, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
    asked = NAMED[name]
    folder.mkdir(parents=True, exist_ok=True)
    for module in LATE:
        importlib.import_module(module)
    before = _cpu()
    if side == "ours":
        rows = ours(asked, address, folder)
    else:
        rows = by_hand(asked.table, asked.loop(address, asked.table), folder)
    print(json.dumps({"rows": rows, "cpu": _cpu() - before, "megabytes": peak_bytes() / 1e6}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
