"""Why a lead is somebody's: its facts, each rule in turn, the pool's turn, and what the CRM did."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from routing.decide import Lead, decide, facts_of
from routing.errors import CannotRoute
from routing.rules import Facts, Rule, Rules, Version
from routing.run import hours, leads

_FOUND = """
select lead_id from intermediate.int_routing__requests
where ? in (lead_id, submission_id, contact_record_id) order by arrived_at limit 1
"""
_DONE = """
select first_owner, assigned_at, reassigned_at, touched_at, routing_state, misroute_kind
from intermediate.int_routing__outcomes where lead_id = ?
"""


def explain(warehouse: Path, rules: Rules, asked: str) -> list[str]:
    """Return the lines about a lead (its id, its form's or its contact's); nothing is written.

    Raises CannotRoute where there is none.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(_FOUND, [asked]).fetchone()
        if found is None:
            raise CannotRoute(f"no lead is called {asked}; fct_lead_routing lists them")
        (lead_id,) = found
        known = {each.lead_id: each for each in leads(connection, rules)}
        made = decide(rules, hours(connection), known.values())
        decision = next(each for each in made if each.lead_id == lead_id)
        done = connection.execute(_DONE, [lead_id]).fetchone()
    lead = known[lead_id]
    version = rules.in_force(lead.arrived_at)
    return [
        f"lead {lead_id}, arrived {lead.arrived_at:%Y-%m-%d %H:%M} UTC",
        *(_steps(version, lead) if version and lead.facts is not None else ()),
        f"owner: {decision.owner or 'nobody'}",
        decision.explanation,
        *(_outcome(rules, *done) if done else ()),
    ]


def _steps(version: Version, lead: Lead) -> Iterator[str]:
    facts = facts_of(version, lead.facts or {})
    yield "facts: " + ", ".join(
        f"{name} {value}" for name, value in facts.items() if value is not None
    )
    for rule in version.rules:
        missed = _missed(rule, facts)
        yield f"  {'no ' if missed else 'yes'}  {rule.name}" + (f": not {missed}" if missed else "")
        if not missed:
            return


def _missed(rule: Rule, facts: Facts) -> str:
    return " and ".join(str(each) for each in rule.asks if not each.holds(facts))


def _outcome(
    rules: Rules,
    first: str | None,
    assigned: object,
    reassigned: object,
    touched: object,
    state: str,
    misroute: str | None,
) -> Iterator[str]:
    names = {each.native_id: each.owner for each in rules.owners.values()}
    told = f"{names.get(first, first)} at {assigned}" if first else "nobody yet"
    yield f"the CRM gave it to {told}: {misroute or state}"
    if reassigned:
        yield f"it went on at {reassigned}"
    yield f"sales turned to it at {touched}" if touched else "sales has not turned to it yet"
