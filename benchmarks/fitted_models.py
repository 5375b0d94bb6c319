"""Seconds and memory of the fitted models on aggregated paths.

    python -m benchmarks.fitted_models --touches 10000000 --channels 12

Made-up journeys of one to twenty touches are aggregated to distinct paths and written to one file;
a process of its own reads it and fits Markov of order 1 to 3 and Shapley in both games, and credits
the touches by each. Writes results/fitted_models.md: seconds a model, and the process's peak memory
with Python and numpy in it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from attribution.fits import MODELS, learner, touch_credits
from attribution.paths import Paths
from benchmarks.processes import peak_bytes

RESULTS = Path(__file__).parent / "results"
ARRAYS = ("starts", "steps", "conversions", "nulls", "value")


def made_up(touches: int, channels: int) -> Paths:
    """Return paths of about so many touches: channels unlike in size, one in ten converts."""
    rng = np.random.default_rng(1)
    sizes = 1 / np.arange(1, channels + 1)
    lengths = rng.integers(1, 21, size=touches * 2 // 21)
    steps = rng.choice(channels, size=lengths.sum(), p=sizes / sizes.sum()).astype(np.int8)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    counts: dict[bytes, list[int]] = {}
    converts = rng.random(len(lengths)) < 0.1
    raw = steps.tobytes()
    for low, high, won in zip(starts[:-1].tolist(), starts[1:].tolist(), converts, strict=True):
        counts.setdefault(raw[low:high], [0, 0])[0 if won else 1] += 1
    held = np.array(list(counts.values()))
    return Paths(
        tuple(f"channel_{number:02}" for number in range(channels)),
        np.concatenate(([0], np.cumsum([len(path) for path in counts]))),
        np.frombuffer(b"".join(counts), dtype=np.int8),
        held[:, 0],
        held[:, 1],
        held[:, 0] * 100.0,
    )


def measured(file: Path) -> dict[str, float]:
    """Fit every model on the paths of a file; return seconds by step and the peak in megabytes."""
    started = time.perf_counter()
    with np.load(file) as arrays:
        channels = tuple(str(name) for name in arrays["channels"])
        paths = Paths(channels, *(arrays[name] for name in ARRAYS))
    learnt = learner(paths)
    seconds = {"reading, one pass for all": time.perf_counter() - started}
    for model in MODELS:
        begun = time.perf_counter()
        fit = learnt.fit(model)
        seconds[model] = time.perf_counter() - begun
        conversions, _ = touch_credits(paths, fit.effect)
        assert abs(conversions.sum() - paths.conversions.sum()) < 1e-6
        seconds[f"{model}: its touches' credits"] = time.perf_counter() - begun - seconds[model]
    seconds["all"] = time.perf_counter() - started
    seconds["all, seconds of processor"] = time.process_time()
    seconds["peak"] = peak_bytes() / 1024**2
    return seconds


def main() -> None:
    """Make paths, measure in a process of its own, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--touches", type=int, default=10_000_000)
    parser.add_argument("--channels", type=int, default=12)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen.measure)))
        return
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
        file, paths = Path(folder) / "paths.npz", made_up(chosen.touches, chosen.channels)
        np.savez(file, channels=paths.channels, **{name: getattr(paths, name) for name in ARRAYS})
        command = [sys.executable, "-m", "benchmarks.fitted_models", "--measure", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    peak = found.pop("peak")
    rows = "".join(f"| {name} | {value:.2f} |\n" for name, value in found.items())
    touches = int((paths.lengths * paths.journeys).sum())
    text = (
        f"# Fitted models from paths: {touches:,} touches, {chosen.channels} channels\n\n"
        f"{len(paths.conversions):,} distinct paths with {len(paths.steps):,} touches; peak memory "
        f"{peak:.0f} MB.\n\n| | seconds |\n|---|---:|\n{rows}"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "fitted_models.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
