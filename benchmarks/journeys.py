"""Journeys of a file credited by Engine Room and by two peers: same touches, one Parquet file.

    python -m benchmarks.journeys --peers .venv-peers/bin/python --touches 1000000 10000000 50000000

Made-up touches, rows in no order: journeys of one to twenty touches over twelve channels, of which
one in three converts. Each contestant is a process of its own that reads the file; its seconds run
from its start to its answer, with and without imports, and its memory is its peak. The peers are
asked for what they have: marketing-attribution-models for five rules, Markov and Shapley,
ChannelAttribution for three rules and Markov of order 1, its paths made by pandas and by polars.
Ours gives the same models, and in a row of its own all that it has. Peers are left out past
`--most` touches. Version 1 of marketing-attribution-models, on pandas, wants an environment of its
own: `pip install marketing-attribution-models==1.0.10 "pandas<2" "numpy<2" "matplotlib<3.7"
"pyarrow<16"`, whose Python is told by `--older`.
Writes results/journeys.md, with how far the answers are apart: rules must agree to 1e-9 of a total,
Markov and Shapley of the peers are simulated or of another game and are shown for what they are.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.processes import ended

RESULTS = Path(__file__).parent / "results"
CHANNELS = [
    "affiliate",
    "direct",
    "display",
    "email",
    "event",
    "organic_search",
    "paid_search",
    "paid_social",
    "partner",
    "referral",
    "sms",
    "video",
]
# Ours -> the peer's method; the half-life of both is 7 days.
MAM = {
    "first_touch": "first_click",
    "last_touch": "last_click",
    "linear": "linear",
    "time_decay": "time_decay",
    "position_40_20_40": "position_based",
    "markov_order_1": "markov",
    "shapley_value_game": "shapley",
}
MAM_1 = {
    "first_touch": "attribution_first_click",
    "last_touch": "attribution_last_click",
    "linear": "attribution_linear",
    "time_decay": "attribution_time_decay",
    "position_40_20_40": "attribution_position_based",
    "markov_order_1": "attribution_markov",
    "shapley_value_game": "attribution_shapley",
}
CHANNEL_ATTRIBUTION = {
    "first_touch": "first_touch_conversions",
    "last_touch": "last_touch_conversions",
    "linear": "linear_touch_conversions",
    "markov_order_1": "total_conversions",
}
PEER_MAM = """
import json, sys, time
import polars as pl
from mam.core import MAM
started = time.monotonic()
touches = pl.read_parquet(sys.argv[1])
peer = MAM(touches, "session", "channel", "has_conversion", "touched_at", "person_id")
found = {}
for name in sys.argv[2].split(","):
    rows = getattr(peer, f"run_{name}")().to_polars()
    found[name] = dict(zip(rows["channels"].cast(pl.String), rows["attribution"]))
print(json.dumps([time.monotonic() - started, found]))
"""
PEER_MAM_1 = """
import json, sys, time
import pandas as pd
from marketing_attribution_models import MAM
started = time.monotonic()
peer = MAM(
    pd.read_parquet(sys.argv[1]), group_channels=True, channels_colname="channel",
    journey_with_conv_colname="has_conversion", group_channels_by_id_list=["person_id"],
    group_timestamp_colname="touched_at", create_journey_id_based_on_conversion=False,
)
found = {}
for name in sys.argv[2].split(","):
    told = [part for part in getattr(peer, name)() if "channels" in getattr(part, "columns", ())]
    if told:  # of the first touch it tells a series without names
        found[name] = dict(zip(told[0]["channels"], told[0].iloc[:, 1]))
print(json.dumps([time.monotonic() - started, found], default=float))
"""
BY_POLARS = """
import polars as pl
started = time.monotonic()
paths = (
    pl.scan_parquet(sys.argv[1]).sort("person_id", "touched_at")
    .group_by("person_id", maintain_order=True)
    .agg(pl.col("channel").str.join(" > ").alias("path"), pl.col("has_conversion").any())
    .group_by("path")
    .agg(
        pl.col("has_conversion").sum().cast(pl.Int64).alias("won"),
        (~pl.col("has_conversion")).sum().cast(pl.Int64).alias("lost"),
    )
    .with_columns(pl.col("won").cast(pl.Float64).alias("value"))
    .collect().to_pandas()
)
"""
BY_PANDAS = """
import pandas as pd
started = time.monotonic()
rows = pd.read_parquet(sys.argv[1]).sort_values(["person_id", "touched_at"])
rows = rows.groupby("person_id", sort=False).agg(
    path=("channel", " > ".join), has_conversion=("has_conversion", "any")
)
paths = rows.groupby("path").agg(won=("has_conversion", "sum"), all=("has_conversion", "size"))
paths = paths.reset_index().assign(lost=lambda each: each["all"] - each.won)
paths = paths.assign(won=paths.won.astype(int), value=paths.won.astype(float))
"""
PEER_CHANNEL_ATTRIBUTION = """
import json, sys, time
import ChannelAttribution as peer
MAKE_PATHS
rules = peer.heuristic_models(paths, "path", "won", var_value="value", flg_pro=False)
chain = peer.markov_model(
    paths, "path", "won", var_value="value", var_null="lost", verbose=False, flg_pro=False
)
rows = rules.merge(chain, on="channel_name").set_index("channel_name")
names = sys.argv[2].split(",")
found = {name: rows[name].to_dict() for name in names}
print(json.dumps([time.monotonic() - started, found]))
"""
OURS = """
import json, sys, time
from pathlib import Path
import yaml
from attribution.files.columns import Touches
from attribution.run import Asked, run
started = time.monotonic()
rules = yaml.safe_load(Path(sys.argv[3]).read_text("utf-8"))["attribution_models"]
models = tuple(filter(None, sys.argv[2].split(",")))
columns = Touches("person_id", "touched_at", "channel", "has_conversion")
found = {}
for row in run(Path(sys.argv[1]), columns, rules, Asked(models, half_life_days=7.0)).credits:
    given = row.conversions if row.model_conversions is None else row.model_conversions
    found.setdefault(row.model, {})[row.channel] = given
print(json.dumps([time.monotonic() - started, found]))
"""
CONFIG = Path(__file__).parent.parent / "config" / "attribution.yml"


@dataclass(frozen=True)
class Answer:
    """What a contestant took and said; `totals` is empty where it did not get to its end.

    `working` are its seconds without the start of the process and its imports.
    """

    seconds: float
    working: float
    peak_mb: float
    totals: dict[str, dict[str, float]]


def journeys(touches: int, path: Path) -> int:
    """Write about so many touches in no order and return how many they are."""
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 21, size=touches * 2 // 21)
    many = int(lengths.sum())
    rows = pa.table(
        {
            "number": np.arange(many, dtype=np.int32),
            "person": np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
            "second": rng.integers(0, 80 * 86_400, size=many, dtype=np.int32),
            "channel": rng.integers(0, len(CHANNELS), size=many, dtype=np.int8),
        }
    )
    with duckdb.connect(config={"temp_directory": str(path.parent)}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("rows", rows)
        # Two touches at one instant would be ordered by channel here and by nothing there.
        connection.execute(
            f"""
            copy (
                select 'p' || person as person_id, {CHANNELS}[channel + 1] as channel,
                    make_timestamp(
                        1767225600000000 + cast(second as bigint) * 1000000 + number % 1000000
                    ) as touched_at,
                    hash(person) % 3 = 0 as has_conversion
                from rows order by hash(number)
            ) to '{path}'
            """
        )
    return many


def asked(python: str, program: str, *arguments: str) -> Answer:
    """Run a program in a process of its own; what it prints last is its answer."""
    done = ended([python, "-c", program, *arguments])
    working, totals = json.loads(done.text.splitlines()[-1]) if done.code == 0 else (0.0, {})
    return Answer(done.seconds, working, done.peak_mb, totals)


def apart(ours: Answer, theirs: Answer, names: dict[str, str]) -> dict[str, float]:
    """Return for each model the largest difference of a channel, as a part of that channel's."""
    return {
        model: max(
            abs(theirs.totals[name].get(channel, 0.0) - total) / abs(total)
            for channel, total in ours.totals[model].items()
        )
        for model, name in names.items()
        if name in theirs.totals
    }


@dataclass(frozen=True)
class Peer:
    """A peer: its program, the names that it has for our models, and whose Python it runs by."""

    name: str
    program: str
    models: dict[str, str]
    python: str | None


def peers(python: str | None, older: str | None) -> list[Peer]:
    """Return the peers that there are; without its Python one is not measured."""

    def channel_attribution(paths: str) -> str:
        return PEER_CHANNEL_ATTRIBUTION.replace("MAKE_PATHS", paths)

    return [
        Peer("marketing-attribution-models 1.0.10", PEER_MAM_1, MAM_1, older),
        Peer("marketing-attribution-models 2.1.1", PEER_MAM, MAM, python),
        Peer(
            "ChannelAttribution 2.2.5, paths by pandas",
            channel_attribution(BY_PANDAS),
            CHANNEL_ATTRIBUTION,
            python,
        ),
        Peer(
            "ChannelAttribution 2.2.5, paths by polars",
            channel_attribution(BY_POLARS),
            CHANNEL_ATTRIBUTION,
            python,
        ),
    ]


def measured(touches: int, path: Path, beside: Sequence[Peer]) -> str:
    """Return the part of the page on one file."""
    # In a process of its own: the peak that the system tells of a child is at least its parent's.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        many = pool.apply(journeys, (touches, path))

    def ours(models: Sequence[str]) -> Answer:
        return asked(sys.executable, OURS, str(path), ",".join(models), str(CONFIG))

    lines = [
        f"## {many:,} touches",
        "",
        "| | seconds | of a million | peak MB | over ours | imports apart | over ours |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]

    def line(name: str, answer: Answer, same: Answer | None = None) -> None:
        over = f"{answer.seconds / same.seconds:.1f}" if same else ""
        beyond = f"{answer.working / same.working:.1f}" if same else ""
        if not answer.totals:
            name, over, beyond = f"{name}: died", "", ""
        each = answer.seconds / many * 1e6
        lines.append(
            f"| {name} | {answer.seconds:.2f} | {each:.2f} | {answer.peak_mb:,.0f} | {over}"
            f" | {answer.working:.2f} | {beyond} |"
        )

    line("Engine Room, all its models", ours(()))
    same = {len(models): ours(tuple(models)) for models in (MAM, CHANNEL_ATTRIBUTION)}
    for number, answer in same.items():
        line(f"Engine Room, {number} models", answer)
    told = []
    for peer in beside:
        if peer.python is None:
            continue
        answer = same[len(peer.models)]
        theirs = asked(peer.python, peer.program, str(path), ",".join(peer.models.values()))
        line(f"{peer.name}, {len(peer.models)} models", theirs, answer)
        if theirs.totals:
            far = [f"{key} {far:.0e}" for key, far in apart(answer, theirs, peer.models).items()]
            told.append(f"{peer.name} is apart by, of a channel's total: {', '.join(far)}.")
    return "\n".join([*lines, "", *told, ""])


def main() -> None:
    """Measure every size and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--touches", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--peers", help="python of the peers' environment")
    parser.add_argument("--older", help="python of marketing-attribution-models 1.0.10")
    parser.add_argument("--most", type=int, default=10_000_000, help="touches that peers are given")
    chosen = parser.parse_args()
    text = "# Journeys of a file, by Engine Room and its peers\n"
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
        for touches in chosen.touches:
            beside = peers(chosen.peers, chosen.older) if touches <= chosen.most else []
            text += "\n" + measured(touches, Path(folder) / "touches.parquet", beside)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "journeys.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
