"""Rule-model credits of our SQL against marketing-attribution-models, same touches, same answer.

    python -m benchmarks.attribution --touches 1000000 --peer .venv-peers/bin/python

Made-up journeys go to one Parquet file; our models' SQL, as it stands in the project, and the peer,
in an environment of its own (requirements-peers.lock), both read it and credit first touch, last
touch, linear, time decay and position. Both clocks start before the file is read and stop when the
totals per channel stand. Ours writes a row per touch and model besides; the peer keeps totals only.
The engine alone credits all rule models of config/attribution.yml with weights, micros and two
amounts, beside one sort of the same touches by journey, instant and id. An increment credits the
conversions of one person in a hundred, beside those of all.
Writes results/attribution.md: seconds, their ratio, and how far a channel's total is apart at most.
Without a peer it says so and measures the rest.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from attribution import credit, credit_function, fits
from benchmarks.credit_models import MODELS, TABLES
from benchmarks.model_sql import rendered

RESULTS = Path(__file__).parent / "results"
CONFIG = Path(__file__).parent.parent / "config" / "attribution.yml"
CHANNELS = ("paid_search", "organic_search", "email", "direct", "referral", "paid_social")
# Ours -> the peer's method; the half-life of both is 7 days.
SAME = {
    "first_touch": "first_click",
    "last_touch": "last_click",
    "linear": "linear",
    "time_decay": "time_decay",
    "position_40_20_40": "position_based",
}
SHARES = {
    "first_touch": ("milestones", 1.0, 0.0, 0.0),
    "last_touch": ("milestones", 0.0, 1.0, 0.0),
    "linear": ("even", 0.0, 0.0, 0.0),
    "time_decay": ("decay", 0.0, 0.0, 0.0),
    "position_40_20_40": ("milestones", 0.4, 0.4, 0.2),
}
PEER = """
import json, sys, time
started = time.monotonic()
import polars as pl
from mam.core import MAM
touches = pl.read_parquet(sys.argv[1])
peer = MAM(touches, "session", "channel", "has_conversion", "touched_at", "person_id")
found = {}
for name in sys.argv[2].split(","):
    rows = getattr(peer, f"run_{name}")().to_polars()
    found[name] = dict(zip(rows["channels"].cast(pl.String), rows["attribution"]))
print(json.dumps({"seconds": time.monotonic() - started, "totals": found}))
"""


def journeys(touches: int, path: Path) -> None:
    """Write made-up journeys: one to twenty touches of a person in 80 days, then a conversion."""
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 21, size=touches // 10)
    person = np.repeat(np.arange(len(lengths)), lengths)
    second = rng.integers(0, 80 * 86_400, size=len(person))
    order = np.lexsort((second, person))
    person, second = person[order], second[order]
    # Two touches at one instant would be ordered by id here and by nothing there.
    second = second + np.arange(len(person)) / 1e6
    is_last = np.r_[person[1:] != person[:-1], True]
    instants = np.datetime64("2026-01-01", "us") + (second * 1e6).astype("timedelta64[us]")
    channel = np.asarray(CHANNELS)[rng.integers(0, len(CHANNELS), size=len(person))]
    table = {
        "touchpoint_id": pa.array([f"{number:09d}" for number in range(len(person))]),
        "person_id": pa.array([f"p{number}" for number in person.tolist()]),
        "channel": pa.array(channel.tolist()),
        "touched_at": pa.array(instants),
        "has_conversion": pa.array(is_last),
    }
    pq.write_table(pa.table(table), path)


def engine(path: Path) -> tuple[float, float]:
    """Return the seconds of a three-key sort of the touches and of crediting them, best of five."""
    rules = [
        row
        for row in yaml.safe_load(CONFIG.read_text("utf-8"))["attribution_models"]
        if row["rule"] != fits.RULE
    ]
    keys = "person_id, touched_at, touchpoint_id"
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(
            f"create table touches as select {keys}, channel from read_parquet('{path}')"
            " order by hash(touchpoint_id)"
        )
        sort = f"create or replace table sorted as select {keys} from touches order by {keys}"
        sorting = min(_seconds(lambda: connection.execute(sort)) for _ in range(5))
        held = connection.execute(
            f"select person_id, epoch(touched_at) as at, channel from touches order by {keys}"
        ).fetchnumpy()
    journeys = _journeys(held)
    rng = np.random.default_rng(2)
    units = [rng.integers(0, 10**7, size=len(journeys.lengths)) for _ in range(2)]
    shares = np.zeros((len(held["at"]), 0))
    crediting = min(
        _seconds(lambda: credit.credits(journeys, rules, shares, *units)) for _ in range(5)
    )
    return sorting, crediting


def _journeys(held: dict[str, np.ndarray]) -> credit.Journeys:
    """Return the sorted touches as journeys that all end at their last touch, in milestones too."""
    person, touches = held["person_id"], len(held["at"])
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1], True])
    lengths = np.diff(starts)
    position = np.arange(touches) - np.repeat(starts[:-1], lengths) + 1
    rng = np.random.default_rng(3)
    lead, opportunity = (
        position == np.repeat(rng.integers(1, lengths + 1), lengths) for _ in range(2)
    )
    return credit.Journeys(
        starts,
        position,
        (np.repeat(held["at"][starts[1:] - 1], lengths) - held["at"]) / 86_400,
        np.full(len(lengths), 7.0),
        np.asarray(held["channel"] == "direct", dtype=bool),
        lead,
        opportunity,
        position == np.repeat(lengths, lengths),
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def ours(path: Path) -> tuple[float, float, float, int, dict[str, dict[str, float]]]:
    """Return our seconds, those of the credits alone and of an increment of them, credit rows, and
    totals per model and channel.
    """
    started = time.monotonic()
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        credit_function.register(connection)
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
        connection.execute(
            f"""
            insert into int_touchpoints__touchpoints
            select touchpoint_id, person_id, channel, null, 1, 'marketing', touched_at
            from read_parquet('{path}')
            """
        )
        connection.execute(
            f"""
            insert into int_conversions__conversions
            select person_id, 'lead', person_id, null, null, null, null, null, false, null,
                max(touched_at)
            from read_parquet('{path}') group by person_id
            """
        )
        connection.execute(
            "insert into int_attribution__eligible_people"
            " select conversion_id, person_id, null, false from int_conversions__conversions"
        )
        connection.execute("insert into stg_config__attribution_windows values ('lead', 90, 7)")
        connection.execute("insert into stg_config__attribution_settings values ('hybrid', false)")
        connection.execute("insert into stg_config__company values ('USD')")
        connection.executemany(
            "insert into stg_config__attribution_models values (?, ?, ?, 0, 0, 0, ?, ?)",
            [[name, *shares] for name, shares in SHARES.items()],
        )
        for model in MODELS:
            one = time.monotonic()
            connection.execute(f"create table {model} as {rendered(model)}")
        crediting = time.monotonic() - one
        rows = connection.execute(
            "select attribution_model, channel, sum(weight), count(*)"
            " from int_attribution__credits group by all"
        ).fetchall()
        seconds = time.monotonic() - started
        increment = _increment(connection)
    totals: dict[str, dict[str, float]] = {}
    for model, channel, weight, _ in rows:
        totals.setdefault(model, {})[channel] = weight
    return seconds, crediting, increment, sum(row[3] for row in rows), totals


def _increment(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds in which one conversion in a hundred is credited anew."""
    connection.execute(
        "create table part as select conversion_id from int_conversions__conversions"
        " where hash(conversion_id) % 100 = 0"
    )
    query = rendered(MODELS[-1], scope="conversion_id in (select conversion_id from part)")
    return _seconds(lambda: connection.execute(f"create table increment as {query}"))


def peers(path: Path, python: Path) -> tuple[float, dict[str, dict[str, float]]]:
    """Return the peer's seconds and totals per method and channel."""
    done = subprocess.run(
        [str(python), "-c", PEER, str(path), ",".join(SAME.values())],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the peer failed: {done.stderr[-1000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seconds"], told["totals"]


def main() -> None:
    """Measure both and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--touches", type=int, default=1_000_000)
    parser.add_argument("--peer", type=Path, help="python of the peers' environment")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
        path = Path(folder) / "touches.parquet"
        journeys(chosen.touches, path)
        sorting, alone = engine(path)
        seconds, crediting, increment, rows, found = ours(path)
        theirs, expected = peers(path, chosen.peer) if chosen.peer else (None, {})
    text = (
        f"# Rule-model credits, {chosen.touches:,} touches\n\n"
        "## The engine, all rule models, weights and three splits\n\n"
        "| | seconds |\n|---|---:|\n"
        f"| one sort of the touches by three keys | {sorting:.2f} |\n"
        f"| attribution.credit | {alone:.2f} |\n\n"
        f"Over the sort: {alone / sorting:.1f}. "
        f"Seconds per million touches: {alone / chosen.touches * 1e6:.2f}.\n\n"
        "## The models, five rules\n\n"
        "| | seconds | rows kept |\n|---|---:|---:|\n"
        f"| Engine Room's models | {seconds:.1f} | {rows:,} |\n"
    )
    if theirs is None:
        text += "| marketing-attribution-models | not measured | |\n"
    else:
        text += f"| marketing-attribution-models 2.1.1 | {theirs:.1f} | totals only |\n"
    text += (
        f"\nOf ours, the credits are {crediting:.1f} s; an increment of 1 % of the conversions is "
        f"{increment:.2f} s, {increment / crediting:.0%} of that."
    )
    if theirs is not None:
        apart = max(
            abs(found[name].get(channel, 0.0) - expected[method].get(channel, 0.0))
            for name, method in SAME.items()
            for channel in CHANNELS
        )
        text += (
            f"\n\nOurs over the peer's: {seconds / theirs:.2f}. "
            f"Largest difference of a channel's total: {apart:.1e} conversions."
        )
    text += "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "attribution.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
