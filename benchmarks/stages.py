"""Times, rows a second and memory of every stage of a whole run, against the promised limits.

    python -m benchmarks.stages --scale 1 --scale 20

Runs `engineroom run` in a home of its own, reads the steps from its output and samples the memory
of the run with all its children (dbt, the sandbox company) from /proc ten times a second. A page
that processes share counts once: dbt is forked from what has parsed the project, and shares 300 MB.
Writes results/stages_scale_<scale>.json and .md. The rows of a stage are what it read: fetched rows
for a load, rows of the tables it built for a dbt gate, records for identity, mart rows for publish.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks.processes import ENGINEROOM, PROJECT

RESULTS = Path(__file__).parent / "results"
# The promises at SCALE=1 on two cores: the run after the installation, and its memory.
LIMIT_SECONDS, LIMIT_MEGABYTES = 180.0, 2_000.0
SAMPLES_PER_SECOND = 10
PAGE = os.sysconf("SC_PAGE_SIZE")
STARTED = re.compile(r"^  (\w+) \.\.\.$")
ENDED = re.compile(r"^  (\w+) done in ([0-9.]+) s$")


@dataclass
class Stage:
    """One step: seconds, rows it handled, and the highest memory (MB) seen while it ran."""

    name: str
    seconds: float = 0.0
    rows: int = 0
    megabytes: float = 0.0

    @property
    def rows_per_second(self) -> float:
        """Rows over seconds; 0 where it took no time."""
        return self.rows / self.seconds if self.seconds else 0.0


class Memory:
    """Samples the memory of a process tree; knows which stage is running.

    Looking which pages are shared takes .04 s a gigabyte, so it is done where resident memory is
    higher than it was before in the stage.
    """

    def __init__(self, root: int) -> None:
        self.root, self.stage, self.over = root, "start", threading.Event()
        self.highest: dict[str, float] = {}
        self._resident: dict[str, int] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self.over.wait(1 / SAMPLES_PER_SECOND):
            stage, processes = self.stage, _tree(self.root)
            resident = sum(map(_resident, processes))
            if resident > self._resident.get(stage, 0):
                self._resident[stage] = resident
                used = sum(map(_proportional, processes)) / 1e6
                self.highest[stage] = max(self.highest.get(stage, 0.0), used)

    def stop(self) -> None:
        """Take no more samples."""
        self.over.set()
        self._thread.join()


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it ended between the listing and the look
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    """Bytes of a process, of shared pages its share (Linux, proc_pid_smaps(5))."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text().split()
        return int(told[told.index("Pss:") + 1]) * 1024
    except (OSError, ValueError):
        return 0


def measure(scale: float, home: Path) -> tuple[float, float, list[Stage]]:
    """Return seconds and peak MB of a whole run at `scale`, and its stages in order."""
    environment = {**os.environ, "ENGINEROOM_HOME": str(home), "SCALE": f"{scale:g}"}
    started = time.monotonic()
    process = subprocess.Popen(
        [*ENGINEROOM, "run"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    memory, stages = Memory(process.pid), {}
    for line in process.stdout or ():
        print(line, end="", flush=True)
        if match := STARTED.match(line.rstrip("\n")):
            memory.stage = match[1]
        elif match := ENDED.match(line.rstrip("\n")):
            stages[match[1]] = Stage(match[1], float(match[2]))
    code = process.wait()
    memory.stop()
    if code:
        raise SystemExit(f"the run ended with {code}: nothing was measured")
    seconds = time.monotonic() - started
    for name, rows in _rows(home):
        if name in stages:
            stages[name].rows = rows
    for stage in stages.values():
        stage.megabytes = memory.highest.get(stage.name, 0.0)
    return seconds, max(memory.highest.values()), list(stages.values())


def _rows(home: Path) -> Iterator[tuple[str, int]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        yield from connection.execute(
            "select 'load_' || source, sum(yielded) from ingest.load_audit group by source"
        ).fetchall()
        built = dict(
            connection.execute(
                "select schema_name, sum(estimated_size) from duckdb_tables() group by schema_name"
            ).fetchall()
        )
        records = connection.execute("select count(*) from identity.person_map").fetchone()
    marts = home / "published" / "current" / "engineroom.duckdb"
    with duckdb.connect(str(marts.resolve()), read_only=True) as connection:
        shown = connection.execute("select sum(estimated_size) from duckdb_tables()").fetchone()
    yield "resolve_identity", int(records[0]) if records else 0
    yield "dbt_conformed", int(built.get("intermediate", 0))
    for name in ("dbt_marts", "check_marts", "publish"):
        yield name, int(shown[0]) if shown else 0


def report(scale: float, seconds: float, megabytes: float, stages: list[Stage]) -> str:
    """Return the measurement as a page of Markdown."""
    lines = [
        f"# A whole run at SCALE={scale:g}",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}.",
        "",
        f"Whole run {seconds:.0f} s, {seconds / LIMIT_SECONDS:.2f} of the limit at SCALE=1 "
        f"({LIMIT_SECONDS:.0f} s); peak memory with dbt and the sandbox company {megabytes:,.0f} "
        f"MB, {megabytes / LIMIT_MEGABYTES:.2f} of that limit ({LIMIT_MEGABYTES:,.0f} MB).",
        "",
        "| stage | seconds | share | rows | rows per second | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for each in stages:
        counted = f"{each.rows:,} | {each.rows_per_second:,.0f}" if each.rows else "|"
        taken = f"{each.seconds:.1f} | {each.seconds / seconds:.2f}"
        lines.append(f"| {each.name} | {taken} | {counted} | {each.megabytes:,.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure each scale that was asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=float, action="append", required=True)
    for scale in parser.parse_args().scale:
        with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
            seconds, megabytes, stages = measure(scale, Path(folder) / "home")
        RESULTS.mkdir(exist_ok=True)
        path = f"{RESULTS}/stages_scale_{scale:g}"
        text = report(scale, seconds, megabytes, stages)
        Path(f"{path}.md").write_text(text, "utf-8")
        measured = {
            "scale": scale,
            "seconds": round(seconds, 1),
            "megabytes": round(megabytes),
            "stages": [asdict(each) for each in stages],
        }
        Path(f"{path}.json").write_text(json.dumps(measured, indent=1) + "\n", "utf-8")
        print(text)


if __name__ == "__main__":
    main()
