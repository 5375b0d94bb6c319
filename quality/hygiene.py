"""Turns config/hygiene.yml into suites: an entity's tables, its columns and the rules on them.

The JSON schema has said already which words there are; here is what it cannot say: that what a rule
names exists, and that no two rules are called alike.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from quality.rules import Gate, Rule, Suite, Systems

SCHEMAS: dict[Gate, str] = {"staging": "staging", "conformed": "intermediate", "marts": "marts"}
# What each kind must be told, and what it may be told besides.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "not_null": (("column",), ()),
    "unique": (("column",), ()),
    "unique_key": ((), ()),
    "matches": (("column", "pattern"), ()),
    "in_set": (("column", "values"), ()),
    "not_in_set": (("column", "values"), ()),
    "between": (("column",), ("least", "most")),
    "not_less_than": (("column", "other"), ()),
    "condition": (("condition",), ("column",)),
    "without_problem": (("column", "problem"), ()),
    "usual_null_rate": (("column",), ("sigmas", "days")),
}
# A `where` would have to change what the rows are compared with.
WITHOUT_WHERE = ("unique", "unique_key", "usual_null_rate")
OPTIONS = (
    *("pattern", "values", "least", "most", "other", "condition", "problem"),
    *("sigmas", "days"),
)


class HygieneError(ValueError):
    """A rule or an entity that cannot be used: its place in the file and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"key {place}: {reason}")


def suites(document: Mapping[str, Any], systems: Systems) -> list[Suite]:
    """Return every suite, in the file's order; raises HygieneError naming the place of a fault.

    `document` is config/hygiene.yml as its schema accepts it.
    """
    entities = _entities(document, systems)
    rules = _rules(document, entities)
    found = []
    for name, made in entities.items():
        of_entity = [each for each in rules if each[0] == name]
        for suite in made:
            kept = tuple(rule for _, rule, entry in of_entity if _is_for(suite.source, entry))
            if kept:
                found.append(replace(suite, rules=kept))
    return found


def of_gate(found: Iterable[Suite], gate: Gate) -> list[Suite]:
    """Return the suites that stand before the tables behind `gate`."""
    return [suite for suite in found if suite.gate == gate]


def query(suite: Suite, as_of: datetime) -> str:
    """Return the SQL of the rows that a suite judges, by the entity's names of the columns."""
    schema, table = suite.relation
    instant = f"timestamp '{as_of:%Y-%m-%d %H:%M:%S}'"
    columns = ", ".join(
        f'{sql.replace("{as_of}", instant)} as "{name}"' for name, sql in suite.columns.items()
    )
    where = f" where {suite.where}" if suite.where else ""
    return f'select {columns} from {schema}."{table}" as rows{where}'


def _entities(document: Mapping[str, Any], systems: Systems) -> dict[str, list[Suite]]:
    found: dict[str, list[Suite]] = {}
    for place, entity in enumerate(document["entities"]):
        name = entity["name"]
        if name in found:
            raise HygieneError(f"entities.{place}.name", f"two entities are called {name}")
        found[name] = [
            _suite(entity, each, f"entities.{place}")
            for each in _tables(entity, systems, f"entities.{place}")
        ]
    return found


def _tables(entity: Mapping[str, Any], systems: Systems, place: str) -> Iterator[Mapping[str, Any]]:
    if ("each" in entity) == ("of" in entity):
        raise HygieneError(place, "an entity has `each` or `of`, and not both")
    if "of" in entity:
        yield from entity["of"]
        return
    if entity["each"] not in systems:
        known = ", ".join(sorted(systems))
        raise HygieneError(f"{place}.each", f"no kind of system is called so; there are {known}")
    if "table" not in entity:
        raise HygieneError(f"{place}.table", "an entity with `each` names its table")
    for system in systems[entity["each"]]:
        yield {"source": system, "table": entity["table"].replace("{system}", system)}


def _suite(entity: Mapping[str, Any], told: Mapping[str, Any], place: str) -> Suite:
    gate: Gate = entity["gate"]
    source, table = told.get("source", "marts"), told["table"]
    columns = {**entity["columns"], **told.get("columns", {})}
    key = tuple(told.get("key", entity.get("key", ())))
    if not key or set(key) - set(columns):
        raise HygieneError(f"{place}.key", f"the key of {source}.{table} is no list of its columns")
    thing = table if gate in ("raw", "marts") else entity["name"]
    return Suite(
        name={
            "raw": f"raw_{source}_{table}",
            "staging": table.replace(f"stg_{source}__", f"staged_{source}_"),
        }.get(gate, table),
        entity=entity["name"],
        gate=gate,
        source=source,
        object=told.get("object", entity.get("object", thing)),
        table=(source if gate == "raw" else SCHEMAS[gate], table),
        columns={name: sql.replace("{system}", source) for name, sql in columns.items()},
        key=key,
        rules=(),
        where=entity.get("where"),
        is_record=entity.get("is_record", False),
    )


def _rules(
    document: Mapping[str, Any], entities: Mapping[str, list[Suite]]
) -> list[tuple[str, Rule, Mapping[str, Any]]]:
    found: list[tuple[str, Rule, Mapping[str, Any]]] = []
    told = {entity["name"]: entity for entity in document["entities"]}
    seen: set[str] = set()
    for position, entry in enumerate(document["rules"]):
        place = f"rules.{position} ({entry['id']})"
        if entry["id"] in seen:
            raise HygieneError(place, "another rule has this id; an id is a sentence of its own")
        seen.add(entry["id"])
        if entry["entity"] not in entities:
            known = ", ".join(entities)
            raise HygieneError(f"{place}.entity", f"no entity is called so; there are {known}")
        groups = entry.get("groups", told[entry["entity"]].get("groups", ()))
        rule = _rule({**entry, "groups": groups}, document.get("patterns", {}), place)
        _check_columns(rule, entry, entities[entry["entity"]], place)
        found.append((entry["entity"], rule, entry))
    return found


def _rule(entry: Mapping[str, Any], patterns: Mapping[str, str], place: str) -> Rule:
    kind = entry["kind"]
    must, may = KINDS[kind]
    told = {name for name in ("column", *OPTIONS) if name in entry}
    if missing := set(must) - told:
        raise HygieneError(place, f"a rule of kind {kind} needs {', '.join(sorted(missing))}")
    if besides := told - set(must) - set(may):
        raise HygieneError(
            place, f"a rule of kind {kind} has no use for {', '.join(sorted(besides))}"
        )
    if kind == "between" and not told & {"least", "most"}:
        raise HygieneError(place, "a rule of kind between needs least, most or both")
    if entry.get("where") and kind in WITHOUT_WHERE:
        raise HygieneError(f"{place}.where", f"a rule of kind {kind} judges all rows")
    options = {name: entry[name] for name in OPTIONS if name in entry}
    if kind == "matches":
        if entry["pattern"] not in patterns:
            known = ", ".join(patterns)
            raise HygieneError(f"{place}.pattern", f"no pattern is called so; there are {known}")
        options["pattern"] = patterns[entry["pattern"]]
    at_least = float(entry.get("at_least", 1))
    blocks_below = entry.get("blocks_below")
    if blocks_below is not None and (entry["severity"] == "blocking" or blocks_below > at_least):
        raise HygieneError(f"{place}.blocks_below", "only a warning has it, and not above at_least")
    return Rule(
        entry["id"],
        kind,
        entry["severity"],
        entry["dimension"],
        entry.get("column"),
        at_least,
        blocks_below,
        entry.get("where"),
        tuple(entry.get("groups", ())),
        entry.get("reason", ""),
        options,
    )


def _check_columns(rule: Rule, entry: Mapping[str, Any], tables: list[Suite], place: str) -> None:
    for name in ("column", "other", "problem"):
        column = entry.get(name)
        for suite in tables:
            if column is not None and column not in suite.columns:
                known = ", ".join(suite.columns)
                raise HygieneError(
                    f"{place}.{name}",
                    f"{suite.entity} has no column {column} in {suite.name}; it has {known}",
                )


def _is_for(source: str, entry: Mapping[str, Any]) -> bool:
    return source in entry.get("only", [source]) and source not in entry.get("except", [])
