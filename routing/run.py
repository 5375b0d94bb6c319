"""Decides the leads of a warehouse: reads them with their facts, writes what the rules require."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from routing.decide import Decision, Lead, decide
from routing.hours import Hours
from routing.rules import FIELDS, OWNERS, Rules
from routing.tables import TABLES

# A territory is a version's own, not the lead's.
_KEPT = [name for name in FIELDS if name != "territory"]
_LEADS = (
    f"select source, lead_id, arrived_at, contact_record_id, {', '.join(_KEPT)}"
    " from intermediate.int_routing__leads"
)
_HOURS = "select calendar, date_day, opens_at, closes_at from intermediate.int_routing__open_hours"


def run(warehouse: Path, rules: Rules) -> int:
    """Write what the rules require of every lead, and who is in which pool; return the leads."""
    with duckdb.connect(str(warehouse)) as connection:
        decisions = list(decide(rules, hours(connection), leads(connection, rules)))
        connection.begin()
        connection.execute(TABLES)
        _replace(connection, "decisions", [_row(rules, each) for each in decisions])
        _replace(connection, "pool_members", list(_members(rules)))
        connection.commit()
    return len(decisions)


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    connection.execute(f"delete from routing.{table}")
    if rows:
        columns = [column[0] for column in connection.execute(f"from routing.{table}").description]
        told = pa.table([pa.array(values) for values in zip(*rows, strict=True)], columns)
        connection.register("told", told)
        connection.execute(f"insert into routing.{table} select * from told")


def hours(connection: duckdb.DuckDBPyConnection) -> Hours:
    """Return the open hours of the calendars."""
    return Hours(connection.execute(_HOURS).fetchall())


def leads(connection: duckdb.DuckDBPyConnection, rules: Rules) -> Iterator[Lead]:
    """Yield the leads of a warehouse; owners go by their names in the rules, others are unknown."""
    known = {(each.crm, each.native_id): each.owner for each in rules.owners.values()}
    for source, lead_id, arrived_at, record, *values in connection.execute(_LEADS).fetchall():
        facts = dict(zip(_KEPT, values, strict=True))
        for name in OWNERS:
            facts[name] = known.get((source, facts[name]))
        yield Lead(lead_id, arrived_at, None if record is None else facts)


def _members(rules: Rules) -> Iterator[tuple[str, ...]]:
    for version in rules.versions:
        for pool in version.pools.values():
            for member in pool.members:
                owner = rules.owners[member.owner]
                yield version.name, pool.name, owner.crm, owner.native_id


def _row(rules: Rules, decision: Decision) -> tuple[Any, ...]:
    owner = rules.owners.get(decision.owner or "")
    return (
        decision.lead_id,
        decision.version,
        decision.rule,
        decision.pool,
        decision.owner,
        owner.crm if owner else None,
        owner.native_id if owner else None,
        owner.calendar if owner else None,
        decision.assign_within_hours,
        decision.respond_within_hours,
        decision.explanation,
        decision.is_turn_known,
    )
