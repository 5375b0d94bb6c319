"""How near each attribution model comes to the sandbox company's true channel effects.

    python -m benchmarks.credit_truth --seeds 811 812 813 --scale 0.2

A whole run of `engineroom` for each seed, in a home of its own; the scores are those of the mart
rpt_truth_scores: the error (half the sum of the differences of the channels' shares, 0 to 1) and
the rank correlation of a model's channels with the truth, which also knows conversions that no
touch caused. Writes results/credit_truth.md, by stage and model, a column for each seed.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb

from benchmarks.processes import run

RESULTS = Path(__file__).parent / "results"
ERROR, RANK = "credit_error_", "credit_rank_correlation_"
STAGES = ("lead", "mql", "sql", "opportunity", "won")


def scores(seed: int, scale: float) -> dict[str, float | None]:
    """Return the scores of credit of one company by metric."""
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as home:
        run(Path(home) / "home", seed, scale)
        published = Path(home) / "home" / "published" / "current" / "engineroom.duckdb"
        with duckdb.connect(str(published), read_only=True) as connection:
            return dict(
                connection.execute(
                    "select metric, value from marts.rpt_truth_scores where metric like 'credit_%'"
                ).fetchall()
            )


def table(found: dict[int, dict[str, float | None]], kind: str) -> list[str]:
    """Return the rows of one measure: stage, model, a score for each seed."""
    metrics = {metric for told in found.values() for metric in told if metric.startswith(kind)}
    named = {metric: metric.removeprefix(kind).split("_", 1) for metric in metrics}
    rows = []
    for metric, (stage, model) in sorted(named.items(), key=lambda each: _order(*each[1])):
        values = [told.get(metric) for told in found.values()]
        shown = ["none" if value is None else f"{value:.3f}" for value in values]
        rows.append(f"| {stage} | {model} | {' | '.join(shown)} |")
    return rows


def _order(stage: str, model: str) -> tuple[int, str]:
    return STAGES.index(stage), model


def main() -> None:
    """Run every company and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[811, 812, 813])
    parser.add_argument("--scale", type=float, default=0.2)
    chosen = parser.parse_args()
    found = {seed: scores(seed, chosen.scale) for seed in chosen.seeds}
    head = f"| stage | model | {' | '.join(f'seed {seed}' for seed in found)} |\n|---|---|"
    head += "---:|" * len(found)
    parts = [
        f"# Credit against the truth, SCALE={chosen.scale:g}",
        "## Error: half the sum of the channels' differences, 0 is the truth",
        "\n".join([head, *table(found, ERROR)]),
        "## Rank correlation of the channels, 1 is the truth",
        "\n".join([head, *table(found, RANK)]),
    ]
    text = "\n\n".join(parts) + "\n"
    (RESULTS / "credit_truth.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
