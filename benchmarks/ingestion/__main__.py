"""What a load costs beside a loop written by hand: CPU a row, memory, and a day's small load.

    python -m benchmarks.ingestion

Each figure is the median of three, each in a fresh process; the vendor is another process, on
loopback. Writes results/ingestion.json and .md: ratios beside their limits, never seconds to meet.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.ingestion.resources import MEGABYTES, RESOURCES, Resource
from benchmarks.ingestion.vendor import lines

RESULTS = Path(__file__).parent.parent / "results"
LINES_A_FILE = 50_000
# Whose million rows are held in memory, and whose day is measured.
VOLUME = ("web_events", "mailchimp_activity")
DAILY = ("web_events", "klaviyo_events", "salesforce_contacts")
MILLION, DAY_SHARE = 1_000_000, 100


@contextmanager
def address(asked: Resource, first: int, rows: int, folder: Path) -> Generator[str]:
    """Yield where the rows can be had: a vendor's address, or the folder of dropped files."""
    if asked.source == "web_events":
        inbox = folder / "inbox" / "web_events"
        inbox.mkdir(parents=True, exist_ok=True)
        for start in range(first, first + rows, LINES_A_FILE):
            some = lines(start, min(LINES_A_FILE, first + rows - start))
            with gzip.open(inbox / f"{start:09d}.jsonl.gz", "wb", compresslevel=3) as file:
                file.writelines(some)
        yield str(inbox)
        return
    command = [sys.executable, "-m", "benchmarks.ingestion.vendor"]
    process = subprocess.Popen(
        [*command, asked.name, str(first), str(rows)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def cost(side: str, asked: Resource, where: str, folder: Path) -> dict[str, float]:
    """Return rows, CPU seconds and MB of one load in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ingestion.child", side, asked.name, where]
    done = subprocess.run([*command, str(folder)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().rpartition("\n")[2])


def compared(asked: Resource, rows: int, runs: int) -> dict[str, Any]:
    """Return the CPU of both sides, and their ratio; both must have stored the same number."""
    found: dict[str, list[dict[str, float]]] = {"ours": [], "by_hand": []}
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as name:
        root = Path(name)
        with address(asked, 0, rows, root) as where:
            for run in range(runs):
                for side, costs in found.items():
                    costs.append(cost(side, asked, where, root / f"{side}-{run}"))
    stored = {each["rows"] for costs in found.values() for each in costs}
    if len(stored) != 1:
        raise SystemExit(f"{asked.name}: the two sides stored {sorted(stored)} rows")
    ours, theirs = (statistics.median(each["cpu"] for each in costs) for costs in found.values())
    count = int(stored.pop())
    return {
        "resource": asked.name,
        "rows": count,
        "microseconds_a_row": round(ours / count * 1e6, 1),
        "by_hand": round(theirs / count * 1e6, 1),
        "ratio": round(ours / theirs, 2),
        "limit": asked.limit,
    }


def held(asked: Resource, rows: int, runs: int) -> dict[str, Any]:
    """Return the peak memory of a load of so many rows."""
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as name:
        root = Path(name)
        with address(asked, 0, rows, root) as where:
            peaks = [cost("ours", asked, where, root / str(run)) for run in range(runs)]
    peak = statistics.median(each["megabytes"] for each in peaks)
    return {
        "resource": asked.name,
        "rows": int(peaks[0]["rows"]),
        "megabytes": round(peak),
        "limit": MEGABYTES,
    }


def daily(asked: Resource, rows: int, runs: int) -> dict[str, Any]:
    """Return the CPU of a load of 1 % new rows, in parts of the full load before it."""
    shares, seconds, more = [], [], max(1, rows // DAY_SHARE)
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as name:
            root = Path(name)
            with address(asked, 0, rows, root) as where:
                full = cost("ours", asked, where, root / "home")
            with address(asked, rows, more, root) as where:
                day = cost("ours", asked, where, root / "home")
        if day["rows"] != more:
            raise SystemExit(f"{asked.name}: {day['rows']} of {more} new rows were stored")
        shares.append(day["cpu"] / full["cpu"])
        seconds.append(day["cpu"])
    return {
        "resource": asked.name,
        "rows": rows,
        "new_rows": more,
        "share": round(statistics.median(shares), 3),
        "seconds": round(statistics.median(seconds), 2),
    }


def report(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return the measurements as a page of Markdown."""
    out = [
        "# Loads of the ingestion room",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}. A whole load (`ingestion.pipeline.load`) beside a loop",
        "written by hand (requests, json, dicts, pyarrow, Parquet, DuckDB; no versions, no",
        "quarantine, no account): CPU of the loading process, the vendor being another one.",
        "",
        "| resource | rows | µs a row | by hand | ratio | limit |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for each in found["cpu"]:
        figures = f"{each['microseconds_a_row']} | {each['by_hand']} | {each['ratio']}"
        out.append(f"| {each['resource']} | {each['rows']:,} | {figures} | {each['limit']} |")
    out += ["", "| resource | rows | peak MB | limit |", "|---|---:|---:|---:|"]
    for each in found["memory"]:
        figures = f"{each['rows']:,} | {each['megabytes']:,} | {each['limit']:,.0f}"
        out.append(f"| {each['resource']} | {figures} |")
    out += [
        *("", "| a day of 1 % | rows held | new rows | CPU s | of the full load |"),
        "|---|---:|---:|---:|---:|",
    ]
    for each in found["daily"]:
        figures = f"{each['rows']:,} | {each['new_rows']:,} | {each['seconds']} | {each['share']}"
        out.append(f"| {each['resource']} | {figures} |")
    return "\n".join(out) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Measure what was asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    names = [each.name for each in RESOURCES]
    parser.add_argument("--only", action="append", choices=names, help="these resources alone")
    parser.add_argument("--rows", type=int, help="so many rows of everything")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    chosen = [each for each in RESOURCES if not asked.only or each.name in asked.only]
    found: dict[str, list[dict[str, Any]]] = {"cpu": [], "memory": [], "daily": []}
    for each in chosen:
        found["cpu"].append(compared(each, asked.rows or each.rows, asked.runs))
        print(found["cpu"][-1], flush=True)
        if each.name in VOLUME:
            found["memory"].append(held(each, asked.rows or MILLION, asked.runs))
            print(found["memory"][-1], flush=True)
        if each.name in DAILY:
            found["daily"].append(daily(each, asked.rows or each.rows, asked.runs))
            print(found["daily"][-1], flush=True)
    asked.results.mkdir(exist_ok=True)
    (asked.results / "ingestion.md").write_text(report(found), "utf-8")
    (asked.results / "ingestion.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
