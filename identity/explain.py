"""Why two records are one person, or why not: their links, weights per comparison, guards."""

from collections import deque
from pathlib import Path

import duckdb

from identity.matching import IdentityError
from identity.store import record_key
from identity.tables import BLOCKS, KEYS

_EDGES = """
    select left_key, right_key, rule, is_used, match_weight, weights, guard, model_version
    from identity.edges
"""


def explain(warehouse: Path, one: str, other: str) -> list[str]:
    """Return the sentences about two record keys (source|object|id).

    Raises IdentityError where a record is not known. Nothing is written.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        persons = {key: _person(connection, key) for key in (one, other)}
        is_same = persons[one] == persons[other]
        told = [
            f"{one} is {persons[one]}",
            f"{other} is {persons[other]}",
            "They are one person." if is_same else "They are two persons.",
        ]
        told += _decisions(connection, one, other)
        direct = connection.execute(
            _EDGES + " where (left_key = $1 and right_key = $2)"
            " or (left_key = $2 and right_key = $1) order by rule",
            [one, other],
        ).fetchall()
        told += [line for edge in direct for line in _edge(edge)]
        if is_same and not any(edge[3] for edge in direct):
            told += ["What joins them, link by link:"]
            told += [line for edge in _path(connection, one, other) for line in _edge(edge)]
        if not is_same and not direct:
            told += ["No rule links them, and no score reached the first rung."]
        told += _shared(connection, one, other)
    return told


def _person(connection: duckdb.DuckDBPyConnection, key: str) -> str:
    row = connection.execute(
        f"select person_id from identity.person_map where {record_key()} = ?",
        [key],
    ).fetchone()
    if row is None:
        raise IdentityError(f"{key} is no record; a key is source|object|id")
    return str(row[0])


def _decisions(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[str]:
    rows = connection.execute(
        "select action, decided_by, reason from identity.overrides"
        " where (left_key = $1 and right_key = $2) or (left_key = $2 and right_key = $1)",
        [one, other],
    ).fetchall()
    return [f"Decided: {action} by {who}, because {reason}." for action, who, reason in rows]


def _edge(edge: tuple) -> list[str]:
    left, right, rule, is_used, weight, weights, guard, version = edge
    if guard:
        state = f"refused by {guard}"
    else:
        state = "used" if is_used else "not used: cut, or its cluster is held for review"
    told = [f"  {rule}: {left} - {right}, {state}"]
    if weight is not None:
        told.append(f"    {weight:.1f} bits by model {version}:")
        told += [f"      {name} {bits:+.1f}" for name, bits in weights.items()]
        told.append(f"      prior {weight - sum(weights.values()):+.1f}")
    return told


def _path(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[tuple]:
    """The shortest chain of used links between two records."""
    came: dict[str, tuple] = {}
    seen, waiting = {one}, deque([one])
    while waiting and other not in came:
        here = waiting.popleft()
        edges = connection.execute(
            _EDGES + " where is_used and (left_key = $1 or right_key = $1) order by all", [here]
        ).fetchall()
        for edge in edges:
            there = edge[1] if edge[0] == here else edge[0]
            if there not in seen:
                seen.add(there)
                came[there] = edge
                waiting.append(there)
    chain: list[tuple] = []
    here = other
    while here in came:
        edge = came[here]
        chain.append(edge)
        here = edge[1] if edge[0] == here else edge[0]
    return chain[::-1]


def _shared(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[str]:
    """Keys and blocks that both records hold, and those of them that name too many people."""
    names = {f"key_{kind}": kind for kind in KEYS} | {block: block for block in BLOCKS}
    rows = connection.execute(
        f"select {', '.join(names)} from identity.matched_records where record_key in ($1, $2)",
        [one, other],
    ).fetchall()
    if len(rows) < 2:
        return []
    dead = set(connection.execute("select kind, key_hash from identity.dead_keys").fetchall())
    told = {True: [], False: []}
    for kind, mine, theirs in zip(names.values(), *rows, strict=True):
        if mine is not None and mine == theirs:
            told[(kind, mine) in dead].append(kind.replace("_", " "))
    lines = {False: "Both hold the same: ", True: "The same, but of too many records: "}
    return [lines[each] + ", ".join(kinds) + "." for each, kinds in told.items() if kinds]
