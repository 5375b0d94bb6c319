"""Records in, persons and accounts out, with ids that stay.

Reads `intermediate.int_identity__records` and `__merges`, writes schema `identity` in one
transaction: a kill leaves the last whole state. Only what changed since the last run is looked at,
with all that a change can reach; rules that changed make it a full run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from identity import decisions, edges, persons, store
from identity.accounts import resolve_accounts
from identity.approval import Held
from identity.derived import RECORDS
from identity.erased import forget_addresses
from identity.graph import cut_graph, keep_edges, open_graph
from identity.households import resolve_households
from identity.matching import Matching
from identity.records import MEMORY, find_changes
from identity.scored import add_scored_edges
from identity.tables import ensure_tables

__all__ = ["IdentityReport", "ensure_tables", "resolve"]
# What DuckDB holds; more goes to disk. With arrays and Splink's plans beside it, a million records
# stay under 3 GB.
_MEMORY_LIMIT = "1800MB"


@dataclass(frozen=True)
class IdentityReport:
    """What one run decided: totals, records looked at, ledger events of this run by kind.

    `waiting` is what it did not do to known persons, as too many would have changed at once.
    """

    records: int
    persons: int
    accounts: int
    households: int
    largest_cluster: int
    held_for_review: int
    guarded_records: int
    events: dict[str, int]
    is_full: bool
    changed_records: int
    clustered_records: int
    waiting: Held | None = None


def resolve(
    warehouse: Path,
    *,
    run_id: str,
    as_of: datetime,
    matching: Mapping[str, Any],
    broken: Sequence[str] = (),
    full: bool = False,
) -> IdentityReport:
    """Resolve every record and return what was decided.

    `as_of` (UTC) dates changes. `matching` is the checked content of config/matching.yml. `broken`
    names the blocking rules that the records break: then not one known person is merged or split. A
    second run over the same records changes nothing; `full` looks at every record again and decides
    the same. Raises IdentityError where a manual decision names an unknown record or contradicts
    another.
    """
    ensure_tables(warehouse)
    instant = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    rules = replace(Matching.read(matching, instant.date()), broken=tuple(broken))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        # Tables are read by their keys alone, so rows need not keep the order they come in.
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        return _resolve(connection, rules, run_id, instant, full=full)


def _resolve(
    connection: duckdb.DuckDBPyConnection,
    matching: Matching,
    run_id: str,
    as_of: datetime,
    *,
    full: bool,
) -> IdentityReport:
    matching = matching.of_size(
        _one(connection, f"select count(*) from {RECORDS} where object <> 'companies'")
    )
    known = connection.execute("select fingerprint from identity.resolved_with").fetchone()
    full = full or known != (matching.fingerprint,)
    find_changes(connection, matching, full=full)
    decisions.check(connection, matching)
    decisions.find_decided(connection, matching)
    edges.make_edges(connection, matching, full=full)
    add_scored_edges(connection, matching, full=full)

    # A commit that writes the tables themselves back needs no log of its rows before.
    connection.execute("set wal_autocheckpoint = '0B'")
    connection.begin()
    open_graph(connection, matching, full=full)
    cut = cut_graph(connection, matching, full=full)
    keep_edges(connection, matching, cut)
    events, waiting = persons.keep_persons(connection, matching, run_id, as_of)
    decisions.keep(connection, matching, run_id, as_of)
    companies = resolve_accounts(connection, matching, run_id, as_of, full=full)
    households = resolve_households(connection, matching, run_id, as_of)
    forget_addresses(connection, full=full)
    held = store.keep_reviews(connection, cut.held, as_of)
    guarded = persons.keep_guarded(connection)
    changed = _one(connection, "select count(*) from party_records where is_fresh")
    clustered = _one(connection, "select count(*) from members")
    # What waits is decided anew by the next run, whatever has changed by then.
    known_by = None if waiting else matching.fingerprint
    store.keep_memory(connection, MEMORY, known_by, full=full)
    report = IdentityReport(
        records=_one(connection, "select count(*) from identity.matched_records"),
        persons=_one(connection, "select count(*) from identity.persons"),
        accounts=companies,
        households=households,
        largest_cluster=persons.largest(connection),
        held_for_review=held,
        guarded_records=guarded,
        events=events,
        is_full=full,
        changed_records=changed,
        clustered_records=clustered,
        waiting=waiting,
    )
    connection.commit()
    connection.execute("checkpoint")
    return report


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0] or 0) if row else 0
