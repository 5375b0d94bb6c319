"""A 1 % increment beside a full run: what both cost, and whether both decide the same.

python -m benchmarks.identity.increment --homes /tmp/identity --seed 1 --scale 113

Three records in four hundred are kept back from the first run, and one has another telephone then;
the increment sees the true records. The rebuild starts from the same ledger. Writes
results/identity_increment.md: the start of the process is apart.
"""

import argparse
import multiprocessing
import resource
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import yaml

from benchmarks.identity import homes
from benchmarks.processes import peak_bytes
from identity.linkage.quality import b_cubed, largest, pairwise
from identity.resolve import IdentityReport, resolve

AS_OF = datetime(2026, 7, 1, 6, tzinfo=UTC)
RESULTS = Path(__file__).parents[1] / "results"
RECORDS = "intermediate.int_identity__records"
COMPARED = (
    ("edges", "left_key, right_key, rule, guard, is_used, match_weight"),
    ("person_map", "*"),
    ("persons", "*"),
    ("account_map", "*"),
    ("accounts", "*"),
    ("redirects", "*"),
)


def main() -> None:
    """Print each run's figures and the differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=2.3)
    asked = parser.parse_args()
    home = homes.build_people(asked.homes, asked.seed, asked.scale)
    work = asked.homes / f"increment-{asked.seed}-{asked.scale:g}"
    work.mkdir(exist_ok=True)
    one, other = work / "warehouse.duckdb", work / "rebuilt.duckdb"
    shutil.copy(home / "warehouse.duckdb", one)
    _keep_back(one)
    full = _run("full", one, 0)
    _give_back(one)
    shutil.copy(one, other)
    part = _run("increment", one, 1)
    again = _run("rebuild, ledger kept", other, 1, full=True)
    told = [*_compare(one, other), _score(one, home)]
    rows = "".join(
        f"| {run.name} | {run.seconds:.1f} | {run.processor:.1f} | {run.peak:,.0f} |\n"
        for run in (full, part, again)
    )
    text = (
        f"# Identity: {again.report.records:,} records, and 1 % of them changed\n\n"
        "| run | seconds | of processor | peak MB |\n|---|---:|---:|---:|\n"
        f"{rows}\nIncrement over full: {part.seconds / full.seconds:.1%} of the seconds, "
        f"{part.processor / full.processor:.1%} of the processor's.\n\n"
        + "".join(f"- {line}\n" for line in told)
    )
    (RESULTS / "identity_increment.md").write_text(text, "utf-8")
    print(text)


@dataclass(frozen=True)
class Run:
    """What one run cost, its process's start apart: seconds, processor's seconds, megabytes."""

    name: str
    seconds: float
    processor: float
    peak: float
    report: IdentityReport


def _run(name: str, warehouse: Path, day: int, *, full: bool = False) -> Run:
    """Resolve in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        run = Run(name, *pool.apply(_resolved, (warehouse, day, full)))
    print(run, flush=True)
    return run


def _resolved(warehouse: Path, day: int, full: bool) -> tuple[float, float, float, IdentityReport]:
    # Process start is apart; Splink and Arrow import pandas when they first need it.
    import pandas  # noqa: F401
    import splink  # noqa: F401

    matching = yaml.safe_load((homes.PROJECT / "config" / "matching.yml").read_text("utf-8"))
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    report = resolve(
        warehouse, run_id="b", as_of=AS_OF + timedelta(days=day), matching=matching, full=full
    )
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - started, cpu, peak_bytes() / 1024**2, report


def _keep_back(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop schema if exists identity cascade")
        connection.execute(f"create table kept_back as select * from {RECORDS} limit 0")
        connection.execute(
            f"insert into kept_back select * from {RECORDS} where hash(record_key) % 400 < 4"
        )
        connection.execute(f"delete from {RECORDS} where hash(record_key) % 400 < 3")
        connection.execute(
            f"update {RECORDS} set phone_key = reverse(phone_key), row_hash = reverse(row_hash)"
            " where hash(record_key) % 400 = 3"
        )
        connection.execute("checkpoint")


def _give_back(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"delete from {RECORDS} where record_key in (select record_key from kept_back)"
        )
        connection.execute(f"insert into {RECORDS} select * from kept_back")
        connection.execute("checkpoint")


def _compare(one: Path, other: Path) -> Iterator[str]:
    with duckdb.connect(str(one), read_only=True) as connection:
        connection.execute(f"attach '{other}' as rebuilt (read_only)")
        for table, columns in COMPARED:
            mine, theirs = f"identity.{table}", f"rebuilt.identity.{table}"
            rows = connection.execute(
                f"select (select count(*) from {mine}), (select count(*) from"
                f" (select {columns} from {mine} except select {columns} from {theirs})),"
                f" (select count(*) from"
                f" (select {columns} from {theirs} except select {columns} from {mine}))"
            ).fetchall()
            yield (
                f"{table}: {rows[0][0]:,} rows, {rows[0][1]} of the increment alone, "
                f"{rows[0][2]} of the rebuild alone"
            )


def _score(warehouse: Path, home: Path) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        truth = dict(
            connection.execute(
                f"select record_key, person from read_parquet(?) semi join {RECORDS}"
                " using (record_key)",
                [str(home / "truth.parquet")],
            ).fetchall()
        )
        found = dict(
            connection.execute(
                "select source || '|' || object || '|' || source_record_id, person_id"
                " from identity.person_map"
            ).fetchall()
        )
    pairs, cubed = pairwise(truth, found), b_cubed(truth, found)
    return (
        f"against the truth, {len(truth):,} records: precision {pairs.precision:.4f}"
        f" recall {pairs.recall:.4f} F1 {pairs.f1:.4f}, B-cubed F1 {cubed.f1:.4f},"
        f" largest {largest(found, truth)}"
    )


if __name__ == "__main__":
    main()
