"""Records in, persons and accounts out, with ids that stay.

Reads `intermediate.int_identity__records` and `__merges`, writes schema `identity` in one
transaction: a kill leaves the last whole state.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from identity import accounts, store
from identity.clusters import Clustered, cluster
from identity.edges import all_edges, check_overrides, prepare
from identity.erased import forget_addresses
from identity.ids import Assigned, Event, assign, closed
from identity.kinds import party_kind
from identity.matching import Matching
from identity.tables import ensure_tables

__all__ = ["IdentityReport", "ensure_tables", "resolve"]

# A browser and a form are things a person has many of, so they say nothing about a wrong merge.
_UNCOUNTED = ("visitors", "form_submissions")


@dataclass(frozen=True)
class IdentityReport:
    """What one run decided: totals, and ledger events of this run by kind."""

    records: int
    persons: int
    accounts: int
    largest_cluster: int
    held_for_review: int
    guarded_records: int
    events: dict[str, int]


class _Record(NamedTuple):
    key: str
    source: str
    object: str
    source_record_id: str
    kind: str
    age: tuple[str, str]


def resolve(
    warehouse: Path, *, run_id: str, as_of: datetime, matching: Mapping[str, Any]
) -> IdentityReport:
    """Resolve every record and return what was decided.

    `as_of` (UTC) dates changes. `matching` is the checked content of config/matching.yml. A second
    run over the same records changes nothing. Raises IdentityError where a manual decision names an
    unknown record or contradicts another.
    """
    ensure_tables(warehouse)
    instant = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    rules = Matching.read(matching, instant.date())
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        report = _resolve(connection, rules, run_id, instant)
        connection.commit()
        connection.execute("checkpoint")
    return report


def _resolve(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> IdentityReport:
    prepare(connection, matching)
    records = _records(connection)
    check_overrides(records, matching)
    clustered = cluster(
        records,
        all_edges(connection, matching),
        apart=[(o.left, o.right) for o in matching.overrides if o.action == "never_merge"],
        sized={key: each.object not in _UNCOUNTED for key, each in records.items()},
        size_limit=matching.cluster_size_limit,
        certain=_weakest_certain(matching),
    )
    ages = {key: each.age for key, each in records.items()}
    persons = _assign(connection, "person", clustered.cluster_of, ages, run_id, as_of)
    _keep_overrides(connection, matching, clustered, persons, run_id, as_of)
    _keep_persons(connection, matching, records, clustered, persons, run_id, as_of)
    groups = accounts.group(connection, matching)
    companies = _assign(connection, "account", groups.cluster_of, groups.age_of, run_id, as_of)
    _keep_accounts(connection, groups, companies)
    forget_addresses(connection)
    held = store.keep_reviews(connection, clustered.held, as_of)
    guarded = _keep_guarded(connection)
    sizes = Counter(
        clustered.cluster_of[key] for key, each in records.items() if each.object not in _UNCOUNTED
    )
    return IdentityReport(
        len(records),
        len(persons.id_of),
        len(companies.id_of),
        max(sizes.values(), default=0),
        held,
        guarded,
        dict(Counter(event.event for event in persons.events)),
    )


def _records(connection: duckdb.DuckDBPyConnection) -> dict[str, _Record]:
    rows = connection.execute(
        """
        select record_key, source, object, source_record_id, record_kind,
            cast(coalesce(created_at, timestamp '9999-01-01') as varchar)
        from party_records order by record_key
        """
    ).fetchall()
    return {row[0]: _Record(*row[:5], (row[5], row[0])) for row in rows}


def _weakest_certain(matching: Matching) -> int:
    """The rank of the last rule that states a fact (a decision or the vendor's own word)."""
    facts = [
        rank
        for rank, (tier, _) in enumerate(matching.rules.values())
        if tier in ("manual", "vendor")
    ]
    return max(facts, default=0)


def _assign(
    connection: duckdb.DuckDBPyConnection,
    entity: str,
    cluster_of: Mapping[str, int],
    ages: Mapping[str, tuple[str, str]],
    run_id: str,
    as_of: datetime,
) -> Assigned:
    before = store.previous_ids(connection, entity)
    taken = store.ids_given_out(connection, entity)
    assigned = assign(entity, cluster_of, before, ages, taken)
    known = store.redirects(connection, entity)
    store.keep_events(connection, entity, assigned.events, run_id, as_of)
    if assigned.redirects:
        store.keep_redirects(connection, entity, closed(known, assigned.redirects), as_of)
    return assigned


def _keep_overrides(
    connection: duckdb.DuckDBPyConnection,
    matching: Matching,
    clustered: Clustered,
    persons: Assigned,
    run_id: str,
    as_of: datetime,
) -> None:
    def person(key: str) -> str:
        return persons.id_of[clustered.cluster_of[key]]

    store.replace(
        connection,
        "overrides",
        "action left_key right_key reason decided_by expires_on",
        [
            (o.action, o.left, o.right, o.reason, o.decided_by, o.expires_on)
            for o in matching.overrides
        ],
    )
    events = [
        Event("overridden", person(o.left), person(o.right), f"{o.action} {o.left} {o.right}")
        for o in matching.overrides
    ]
    store.keep_events(connection, "person", events, run_id, as_of)


def _keep_persons(
    connection: duckdb.DuckDBPyConnection,
    matching: Matching,
    records: Mapping[str, _Record],
    clustered: Clustered,
    persons: Assigned,
    run_id: str,
    as_of: datetime,
) -> None:
    best: dict[str, str] = {}
    for edge in sorted(clustered.used):
        best.setdefault(edge.left, edge.rule)
        best.setdefault(edge.right, edge.rule)

    def row(each: _Record) -> tuple[Any, ...]:
        rule = best.get(each.key)
        tier, confidence = matching.rules[rule] if rule else ("alone", 1.0)
        person_id = persons.id_of[clustered.cluster_of[each.key]]
        keys = (each.source, each.object, each.source_record_id)
        return (*keys, person_id, tier, rule or "none", confidence)

    store.keep_person_map(connection, map(row, records.values()), run_id, as_of)
    store.replace(
        connection,
        "edges",
        "left_key right_key entity rule tier confidence is_used",
        (
            (edge.left, edge.right, "person", edge.rule, *matching.rules[edge.rule], True)
            for edge in sorted(clustered.used)
        ),
    )
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in records.values():
        person_id = persons.id_of[clustered.cluster_of[each.key]]
        members[person_id].append((each.object, each.kind))
    kinds = ((person_id, party_kind(each)) for person_id, each in sorted(members.items()))
    store.replace(connection, "persons", "person_id kind", kinds)


def _keep_accounts(
    connection: duckdb.DuckDBPyConnection, groups: accounts.AccountGroups, companies: Assigned
) -> None:
    def account(member: str) -> str:
        return companies.id_of[groups.cluster_of[member]]

    store.replace(
        connection,
        "account_members",
        "member_key account_id",
        ((member, account(member)) for member in sorted(groups.cluster_of)),
    )
    store.replace(
        connection,
        "account_map",
        "source object source_record_id account_id match_rule",
        (
            (*record.split("|", 2), account(member), rule)
            for record, (member, rule) in sorted(groups.member_of_record.items())
        ),
    )
    store.replace(connection, "accounts", "account_id domain name", _accounts(groups, companies))


def _accounts(
    groups: accounts.AccountGroups, companies: Assigned
) -> Iterable[tuple[str, str | None, str | None]]:
    for number, account_id in sorted(companies.id_of.items(), key=lambda pair: pair[1]):
        yield account_id, groups.domain_of.get(number), groups.name_of.get(number)


def _keep_guarded(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the records whose address or number names too many people."""
    connection.execute("delete from identity.guarded_keys")
    connection.execute(
        """
        insert into identity.guarded_keys
        select 'email', 'held by too many names', count(distinct email_normalised), count(*)
        from party_records where is_email_guarded
        union all
        select 'phone', 'held by too many names', null, count(*)
        from party_records where is_phone_guarded
        """
    )
    row = connection.execute("select sum(records) from identity.guarded_keys").fetchone()
    return int(row[0] or 0) if row else 0
