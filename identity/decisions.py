"""Decisions of people about two records: whether they can be carried out, and what became of them.

They stand in config/matching.yml and beat every rule: `force_merge` makes two records one person,
`never_merge` keeps them apart, `release` lets a cluster that holds both be one person though it
breaks an invariant (size, two first initials, two mailboxes) and waits for review.
"""

from datetime import datetime

import duckdb

from identity import store
from identity.edges import numbers_of
from identity.matching import IdentityError, Matching, Override

_FILE = "config/matching.yml"


def check(connection: duckdb.DuckDBPyConnection, matching: Matching) -> None:
    """Raise IdentityError where a decision names an unknown record or contradicts another."""
    wanted = [key for each in matching.overrides for key in (each.left, each.right)]
    known = numbers_of(connection, wanted)
    forced: dict[str, str] = {}
    for each in matching.overrides:
        for key in (each.left, each.right):
            if key not in known:
                raise IdentityError(
                    f"{_FILE} decides {each.action} for {key}, which does not exist; "
                    "correct the id or remove the decision"
                )
        if each.left == each.right:
            raise IdentityError(
                f"{_FILE} decides {each.action} for {each.left} and itself; name two records"
            )
        if each.action == "force_merge":
            forced[_end(forced, each.left)] = _end(forced, each.right)
    released = {frozenset((o.left, o.right)) for o in matching.overrides if o.action == "release"}
    for each in matching.overrides:
        if each.action == "never_merge":
            _check_apart(each, forced, released)


def _check_apart(decision: Override, forced: dict[str, str], released: set[frozenset[str]]) -> None:
    told = f"{_FILE}: never_merge of {decision.left} and {decision.right}"
    if _end(forced, decision.left) == _end(forced, decision.right):
        raise IdentityError(
            f"{told} contradicts the decisions force_merge that make them one person; "
            "remove one of the two"
        )
    if frozenset((decision.left, decision.right)) in released:
        raise IdentityError(f"{told} contradicts their release; remove one of the two")


def _end(leads: dict[str, str], key: str) -> str:
    while key in leads and leads[key] != key:
        key = leads[key]
    return key


def find_decided(connection: duckdb.DuckDBPyConnection, matching: Matching) -> None:
    """Make `decided`: the records of decisions that came or went since the last run."""
    old = connection.execute("select action, left_key, right_key from identity.overrides")
    now = {(each.action, each.left, each.right) for each in matching.overrides}
    moved = set(old.fetchall()) ^ now
    known = numbers_of(connection, [key for _, *pair in moved for key in pair])
    connection.execute("create or replace temp table decided (number integer)")
    if known:
        connection.execute("insert into decided select unnest(?)", [sorted(known.values())])


def keep(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> None:
    """Keep the decisions in force, and a ledger event for each, once."""
    store.staged(
        connection,
        "decisions",
        "action left_key right_key reason decided_by expires_on evidence event_id",
        (
            (
                *(each.action, each.left, each.right),
                *(each.reason, each.decided_by, each.expires_on),
                told := f"{each.action} {each.left} {each.right}",
                store.digest("person", "overridden", told),
            )
            for each in matching.overrides
        ),
    )
    connection.execute("delete from identity.overrides")
    connection.execute(
        "insert into identity.overrides"
        " select action, left_key, right_key, reason, decided_by, cast(expires_on as date)"
        " from decisions"
    )
    if not matching.overrides:
        return
    connection.execute(
        f"""
        insert into identity.ledger
        select
            decisions.event_id, 'person', 'overridden', lefts.person_id, rights.person_id,
            json_object('record', evidence, 'by', decided_by, 'reason', reason), $run, $as_of
        from decisions
        inner join identity.person_map as lefts
            on decisions.left_key = {store.record_key("lefts")}
        inner join identity.person_map as rights
            on decisions.right_key = {store.record_key("rights")}
        where decisions.event_id not in (select event_id from identity.ledger)
        """,
        {"run": run_id, "as_of": as_of},
    )
