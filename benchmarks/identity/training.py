"""Trains the shipped model of the probabilistic tier on the sandbox's seeds 1 to 3, labels known.

python -m benchmarks.identity.training --homes /tmp/identity --scale 2.3
"""

import argparse
from datetime import date
from pathlib import Path

import duckdb
import yaml

from benchmarks.identity import homes
from identity import scored
from identity.linkage import definition
from identity.linkage.training import train
from identity.matching import Matching
from identity.records import find_changes
from identity.tables import ensure_tables

SEEDS = (1, 2, 3)


def main() -> None:
    """Write the model beside its definition, under the version that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=2.3)
    parser.add_argument("--version", default="crm-1")
    asked = parser.parse_args()
    settings = definition.read(scored.MODELS / f"{asked.version.partition('-')[0]}.yml")
    with duckdb.connect() as connection:
        for seed in SEEDS:
            home = homes.build_people(asked.homes, seed, asked.scale)
            _add(connection, home, seed)
        count = connection.execute("select count(*) from records").fetchall()[0][0]
        trained = train(
            connection,
            settings,
            "records",
            version=asked.version,
            label="label",
            trained_on=f"{count:,} records of the sandbox company, seeds 1 to 3, labels known",
        )
    trained.write(scored.MODELS / f"{asked.version}.json")
    for name, shares in trained.shares.items():
        print(name, [f"{m:.4f}/{u:.2g}" for m, u in shares])


def _add(connection: duckdb.DuckDBPyConnection, home: Path, seed: int) -> None:
    """Add the records of a home as they are compared, with who they truly are."""
    warehouse = home / "warehouse.duckdb"
    ensure_tables(warehouse)
    told = yaml.safe_load((homes.PROJECT / "config" / "matching.yml").read_text("utf-8"))
    with duckdb.connect(str(warehouse)) as source:
        find_changes(source, Matching.read(told, date(2026, 7, 1)), full=True)
        rows = source.execute(
            f"select {scored.COMPARED}, '{seed}|' || person as label from party_records"
            f" inner join read_parquet('{home / 'truth.parquet'}') using (record_key)"
            " where first_key is not null and last_key is not null order by number"
        ).to_arrow_table()
    connection.register("added", rows)
    connection.execute("create table if not exists records as select * from added limit 0")
    connection.execute(
        # Numbers of different homes must not meet.
        f"insert into records select * replace (number + {seed} * 100_000_000 as number) from added"
    )
    connection.unregister("added")


if __name__ == "__main__":
    main()
