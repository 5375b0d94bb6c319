"""The decisions that undo a merge: which records must never be one person again."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from identity.matching import IdentityError
from identity.store import record_key
from identity.tables import UNCOUNTED

Record = tuple[str, str, str]


@dataclass(frozen=True)
class Undoing:
    """Pairs of records (source, object, id) to keep apart, and the id that comes back."""

    pairs: tuple[tuple[Record, Record], ...]
    returns: str | None


def undoing(warehouse: Path, what: str, other: str | None = None) -> Undoing:
    """Return what undoes a merge: by a person's id, given up or alive, an event, or two records.

    Every record that one side brought is kept from every one of the other: of a single pair, the
    rest would follow whichever link is strongest. Raises IdentityError in words where there is
    nothing to undo, or a decision of people made the merge.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        if other is not None:
            return Undoing(((_record(connection, what), _record(connection, other)),), None)
        loser, winner, at = _merge(connection, what)
        brought = _held(connection, loser, f"valid_to = timestamp '{at}'")
        stayed = f"(valid_to is null or valid_to >= timestamp '{at}')"
        there = _held(connection, winner, f"valid_from < timestamp '{at}' and {stayed}")
        # Two runs at one instant leave no earlier day to tell by.
        there = there or _held(connection, winner, f"valid_from <= timestamp '{at}' and {stayed}")
        there = [each for each in there if each not in brought]
        pairs = tuple((one, each) for one in brought for each in there)
        if not pairs:
            raise IdentityError(f"of {loser} and {winner} one has no record left; nothing to undo")
        _check_forced(connection, pairs)
    return Undoing(pairs, loser)


def _merge(connection: duckdb.DuckDBPyConnection, what: str) -> tuple[str, str, datetime]:
    """The loser, the winner and the instant of the merge that is meant."""
    merges = connection.execute(
        """
        select entity_id, other_id, as_of, event_id from identity.ledger
        where entity = 'person' and event = 'merged' and $1 in (event_id, entity_id, other_id)
        order by as_of, rowid
        """,
        [what],
    ).fetchall()
    given_up = {
        old
        for (old,) in connection.execute(
            "select old_id from identity.redirects where entity = 'person'"
        ).fetchall()
    }
    if not merges:
        known = connection.execute(
            "select 1 from identity.ledger where entity = 'person' and $1 in (event_id, entity_id)",
            [what],
        ).fetchone()
        if known is None:
            raise IdentityError(f"{what} is no person and no event of the ledger")
        raise IdentityError(
            f"{what} was never merged: its records came to it as they were first seen. Name two of"
            " them to keep them apart: engineroom identity undo 'source|object|id'"
            " 'source|object|id'"
        )
    standing = {merge[0]: merge for merge in merges if merge[0] in given_up}
    if what in standing:
        standing = {what: standing[what]}
    if not standing:
        raise IdentityError(f"{what}: that merge is undone already")
    if len(standing) > 1:
        named = ", ".join(sorted(standing))
        raise IdentityError(f"{what} took in several persons; name the one to part: {named}")
    ((loser, winner, at, _),) = standing.values()
    return str(loser), str(winner), at


def _held(connection: duckdb.DuckDBPyConnection, person: str, when: str) -> list[Record]:
    """Records that a person held then and that are still there; without browsers, if it can be."""
    rows = connection.execute(
        f"""
        select distinct source, object, source_record_id, object in {UNCOUNTED} as is_uncounted
        from identity.person_map_history
        semi join identity.person_map using (source, object, source_record_id)
        where person_id = ? and {when} order by all
        """,
        [person],
    ).fetchall()
    counted = [tuple(row[:3]) for row in rows if not row[3]]
    return counted or [tuple(row[:3]) for row in rows]


def _check_forced(
    connection: duckdb.DuckDBPyConnection, pairs: tuple[tuple[Record, Record], ...]
) -> None:
    forced = connection.execute(
        "select left_key, right_key, decided_by, reason from identity.overrides"
        " where action = 'force_merge'"
    ).fetchall()
    apart = {frozenset(("|".join(one), "|".join(other))) for one, other in pairs}
    for left, right, who, why in forced:
        if frozenset((left, right)) in apart:
            raise IdentityError(
                f"{who} decided force_merge of {left} and {right} ({why}); remove that entry from"
                " config/matching.yml, and the next run parts them"
            )


def _record(connection: duckdb.DuckDBPyConnection, key: str) -> Record:
    row = connection.execute(
        "select source, object, source_record_id from identity.person_map"
        f" where {record_key()} = ?",
        [key],
    ).fetchone()
    if row is None:
        raise IdentityError(f"{key} is no record; a key is source|object|id")
    return str(row[0]), str(row[1]), str(row[2])
