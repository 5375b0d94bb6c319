"""Rule-model credits beside one sort of the same touches, and as our models' SQL writes them.

    python -m benchmarks.attribution --touches 1000000

Made-up journeys go to one Parquet file. The engine alone credits all rule models of
config/attribution.yml with weights, micros and two amounts, beside one sort of the same touches by
journey, instant and id. Then the models' SQL, as it stands in the project, credits first touch,
last touch, linear, time decay and position: a row per touch and model. Writes
results/attribution.md; benchmarks.journeys has the peers, benchmarks.daily_credit a day's cost.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import yaml

from attribution import credit, credit_function
from benchmarks.credit_models import MODELS, TABLES
from benchmarks.journeys import journeys
from benchmarks.model_sql import rendered

RESULTS = Path(__file__).parent / "results"
CONFIG = Path(__file__).parent.parent / "config" / "attribution.yml"
# The touches of a file as SQL, each with an id.
TOUCHES = (
    "(select *, format('{{:09d}}', file_row_number) as touchpoint_id"
    " from read_parquet('{path}', file_row_number = true))"
)
SHARES = {
    "first_touch": ("milestones", 1.0, 0.0, 0.0),
    "last_touch": ("milestones", 0.0, 1.0, 0.0),
    "linear": ("even", 0.0, 0.0, 0.0),
    "time_decay": ("decay", 0.0, 0.0, 0.0),
    "position_40_20_40": ("milestones", 0.4, 0.4, 0.2),
}


def engine(path: Path) -> tuple[float, float]:
    """Return the seconds of a three-key sort of the touches and of crediting them, best of five."""
    rules = [
        row
        for row in yaml.safe_load(CONFIG.read_text("utf-8"))["attribution_models"]
        if row["rule"] != credit.FITTED
    ]
    keys = "person_id, touched_at, touchpoint_id"
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(
            f"create table touches as select {keys}, channel from {TOUCHES.format(path=path)}"
            " order by hash(touchpoint_id)"
        )
        sort = f"create or replace table sorted as select {keys} from touches order by {keys}"
        sorting = min(_seconds(lambda: connection.execute(sort)) for _ in range(5))
        held = connection.execute(
            f"select person_id, epoch(touched_at) as at, channel from touches order by {keys}"
        ).fetchnumpy()
    whole = _journeys(held)
    rng = np.random.default_rng(2)
    units = [rng.integers(0, 10**7, size=len(whole.lengths)) for _ in range(2)]
    shares = np.zeros((len(held["at"]), 0))
    crediting = min(
        _seconds(lambda: credit.credits(whole, rules, shares, *units)) for _ in range(5)
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


def ours(path: Path) -> tuple[float, float, int]:
    """Return our seconds, those of the credits alone, and credit rows."""
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
            from {TOUCHES.format(path=path)}
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
        row = connection.execute("select count(*) from int_attribution__credits").fetchone()
        seconds = time.monotonic() - started
    return seconds, crediting, int(row[0]) if row else 0


def main() -> None:
    """Measure both and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--touches", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
        path = Path(folder) / "touches.parquet"
        journeys(chosen.touches, path)
        sorting, alone = engine(path)
        seconds, crediting, rows = ours(path)
    text = (
        f"# Rule-model credits, {chosen.touches:,} touches\n\n"
        "## The engine, all rule models, weights and three splits\n\n"
        "| | seconds |\n|---|---:|\n"
        f"| one sort of the touches by three keys | {sorting:.2f} |\n"
        f"| attribution.credit | {alone:.2f} |\n\n"
        f"Over the sort: {alone / sorting:.1f}. "
        f"Seconds per million touches: {alone / chosen.touches * 1e6:.2f}.\n\n"
        "## The models, five rules\n\n"
        f"From touches to {rows:,} rows of credits in {seconds:.1f} s, of which the credits are "
        f"{crediting:.1f} s.\n"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "attribution.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
