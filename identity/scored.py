"""The probabilistic tier of persons: which pairs are scored, and the edges that come of it."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from identity.linkage import definition, model
from identity.linkage.definition import Definition
from identity.linkage.model import Model
from identity.matching import PROBABILISTIC, IdentityError, Matching
from identity.tables import BLOCKS

MODELS = Path(__file__).with_name("models")
# What a record is scored by; the rest of it stays where it is.
COMPARED = (
    "number, email_key, local_part, phone_key, first_key, last_key, domain_name, work_mailbox,"
    " company_key, street_key, lower(postal_code) as postal_code, lower(city) as city"
)
_SCOREABLE = "record_kind = 'person' and first_key is not null and last_key is not null"


@cache
def shipped(name: str) -> tuple[Definition, Model]:
    """Return how records are compared, and the trained model; IdentityError where there is none."""
    path = MODELS / f"{name}.json"
    if not path.exists():
        known = sorted(each.stem for each in MODELS.glob("*.json"))
        raise IdentityError(f"config/matching.yml names the model {name}; there are {known}")
    return definition.read(MODELS / f"{name.partition('-')[0]}.yml"), model.load(path)


def add_scored_edges(
    connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool
) -> None:
    """Score the touched records with each other and with their neighbours, into `fresh_edges`.

    Works in a database of its own in memory, so no transaction may be open.
    """
    scoreable = connection.execute(
        f"select 1 from party_records where {_SCOREABLE}"
        " and number in (select number from touched) limit 1"
    ).fetchone()
    if matching.probabilistic is None or scoreable is None:
        return
    from dataclasses import replace

    from identity.linkage.scoring import score

    settings, trained = shipped(matching.probabilistic.model)
    settings = replace(settings, ladder=matching.ladder)
    trained = replace(trained, prior=matching.probabilistic.prior)
    with scratch(connection):
        put_records(connection, "new_records", "number in (select number from touched)")
        if not full:
            put_records(connection, "old_records", "number not in (select number from touched)")
        score(connection, settings, trained, "new_records", None if full else "old_records")
        connection.execute(
            "create view both_records as select * from new_records"
            + ("" if full else " union all select * from old_records")
        )
        guards = " ".join(f"when {sql} then '{name}'" for name, sql in settings.guards.items())
        connection.execute(
            f"""
            insert into temp.fresh_edges
            select
                least(one, other), greatest(one, other), '{PROBABILISTIC}', null, match_weight,
                weights, case {guards} end,
                l.first_key = r.last_key and l.last_key = r.first_key
                    and l.first_key <> l.last_key
            from scored_pairs
            inner join both_records as l on one = l.number
            inner join both_records as r on other = r.number
            """
        )


@contextmanager
def scratch(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    """A database in memory, current while the context lasts and gone after it."""
    row = connection.execute("select current_database()").fetchone()
    connection.execute("attach ':memory:' as linkage")
    connection.execute("use linkage")
    try:
        yield
    finally:
        connection.execute(f'use "{row[0] if row else "memory"}"')
        connection.execute("detach linkage")


def put_records(connection: duckdb.DuckDBPyConnection, table: str, which: str) -> None:
    """Put records that may be scored into a table; blocks over their limit are null there."""
    dead = {"block_1": "email", "block_2": "phone", "block_3": "phone"}
    blocks = ", ".join(
        f"case when {block} not in (select key_hash from temp.dead where kind = '{block}')"
        + (f" and {kind}_key is not null" if (kind := dead.get(block)) else "")
        + f" then {block} end as {block}"
        for block in BLOCKS
    )
    connection.execute(
        f"create table {table} as select {COMPARED}, {blocks} from temp.party_records"
        f" where {_SCOREABLE} and {which.replace('from ', 'from temp.')} order by number"
    )
