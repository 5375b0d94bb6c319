"""`python -m benchmarks.identity`: identity against the truth, on the sandbox or another company.

python -m benchmarks.identity sandbox --seed 1 --scale 0.2 --homes /tmp/identity
python -m benchmarks.identity other --seed 1 --people 3000 --homes /tmp/identity
"""

import argparse
import resource
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from benchmarks.identity import homes, truths
from identity.linkage.quality import Quality, b_cubed, largest, pairwise, rule_precision
from identity.resolve import resolve

AS_OF = datetime(2026, 7, 1, 6, tzinfo=UTC)


def main() -> None:
    """Build what is asked for, resolve it with the shipped rules and print the scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("company", choices=("sandbox", "other"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=0.2, help="of the sandbox company")
    parser.add_argument("--people", type=int, default=3000, help="of the other company")
    parser.add_argument("--homes", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="normalise the loaded rows anew")
    parser.add_argument("--without", nargs="*", default=(), help="rules to switch off")
    parser.add_argument("--rules-alone", action="store_true", help="without the scored tier")
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong links")
    asked = parser.parse_args()
    size = f"{asked.scale:g}" if asked.company == "sandbox" else str(asked.people)
    home = asked.homes / f"{asked.company}-{asked.seed}-{size}"
    if asked.company == "sandbox":
        homes.build_sandbox(home, asked.seed, asked.scale, again=asked.again)
    else:
        homes.build_other(home, asked.seed, asked.people)
    print(f"{asked.company} seed {asked.seed} size {size}")
    _resolve(home / "warehouse.duckdb", asked.without, rules_alone=asked.rules_alone)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        if asked.company == "sandbox":
            truth = truths.of_sandbox(connection, home)
        else:
            truth = truths.of_other(asked.seed, asked.people)
        _show(connection, truth, asked.wrong)


def _resolve(warehouse: Path, without: Collection[str], *, rules_alone: bool) -> None:
    matching = yaml.safe_load((homes.PROJECT / "config" / "matching.yml").read_text("utf-8"))
    matching["rules"] = [each for each in matching["rules"] if each["rule"] not in without]
    if rules_alone:
        matching["probabilistic"] = {"is_on": False}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop schema if exists identity cascade")
    before = time.monotonic()
    report = resolve(warehouse, run_id="benchmark", as_of=AS_OF, matching=matching)
    seconds = time.monotonic() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {report.records:,} records in {seconds:.1f} s, {peak:,.0f} MB; {report}")


def _show(connection: duckdb.DuckDBPyConnection, truth: truths.Truth, wrong: int) -> None:
    persons, accounts = truths.found_persons(connection), truths.found_accounts(connection)
    _line("pairs", pairwise(truth.persons, persons))
    _line("b-cubed", b_cubed(truth.persons, persons))
    _line("accounts", pairwise(truth.accounts, accounts))
    print(f"  largest cluster {largest(persons, truth.persons)} of {len(truth.persons):,} records")
    edges = connection.execute(
        "select left_key, right_key, rule from identity.edges where is_used"
    ).fetchall()
    for rule, (links, bad) in rule_precision(truth.persons, edges).items():
        print(f"  {rule}: {links:,} links, {bad} wrong")
    known = [edge for edge in edges if edge[0] in truth.persons and edge[1] in truth.persons]
    shown = [edge for edge in known if truth.persons[edge[0]] != truth.persons[edge[1]]]
    for left, right, rule in shown[:wrong]:
        print(f"  wrong {rule}")
        for key in (left, right):
            row = connection.execute(
                "select record_key, first_name, last_name, email, phone, company_name, street"
                " from intermediate.int_identity__records where record_key = ?",
                [key],
            ).fetchone()
            print(f"    {truth.persons[key]}: {row}")


def _line(name: str, quality: Quality) -> None:
    print(
        f"  {name}: precision {quality.precision:.4f}"
        f" recall {quality.recall:.4f} F1 {quality.f1:.4f}"
    )


if __name__ == "__main__":
    main()
