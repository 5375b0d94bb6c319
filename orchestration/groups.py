"""Groups of marts: what is held back together where a rule is broken, and what is not.

A mart's group is the folder of its model, or the `group` of its meta. A broken rule holds back the
groups that it names, else every group with a mart that reads the judged table, however far down:
dbt's graph knows. It ends at a model whose meta says `carries_faults: false`: a dimension takes
names and codes out of rows, not the figures that are wrong in them. Groups about the data itself
are never held back: they say what is wrong. A broken test of a model is such a rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.settings import Refused, Settings
from orchestration.transform import reach
from quality.rules import Suite

LAYERS = ("marts", "custom")
NEVER_HELD = ("quality", "operations", "truth")


@dataclass(frozen=True)
class Broken:
    """A rule that was broken when its gate was last judged."""

    rule_id: str
    table: tuple[str, str]
    gate: str
    message: str
    is_overridden: bool


@dataclass(frozen=True)
class Group:
    """A group of marts and the broken rules that concern it; held back if any is not overridden."""

    name: str
    marts: tuple[str, ...]
    broken: tuple[Broken, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether the group keeps its last good version."""
        return any(not each.is_overridden for each in self.broken)


def state(settings: Settings, parsed: Mapping[str, Any], suites: Sequence[Suite]) -> list[Group]:
    """Return every group of marts and what holds it back as the gates were last judged."""
    members = marts(parsed)
    touched: dict[str, list[Broken]] = {}
    for each in broken(settings):
        for name in reached(suites, parsed, each.table, each.rule_id):
            touched.setdefault(name, []).append(each)
    return [
        Group(name, tuple(found), tuple(touched.get(name, ())))
        for name, found in sorted(members.items())
    ]


def marts(parsed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the marts of each group; one of the user's own goes by `custom.` and its name."""
    found: dict[str, list[str]] = {}
    for node in _models(parsed).values():
        name = node["name"] if node["fqn"][1] == "marts" else f"custom.{node['name']}"
        found.setdefault(group_of(node), []).append(name)
    return {name: sorted(members) for name, members in found.items()}


def group_of(node: Mapping[str, Any]) -> str:
    """Return the group of a mart: its meta's, else its folder, else its layer."""
    told = (node.get("config", {}).get("meta") or {}).get("group")
    folders = node["fqn"][2:-1]
    return str(told or (folders[0] if node["fqn"][1] == "marts" and folders else node["fqn"][1]))


def reached(
    suites: Iterable[Suite], parsed: Mapping[str, Any], table: tuple[str, str], rule_id: str
) -> set[str]:
    """Return the groups that a broken rule on a table holds back."""
    for suite in suites:
        for rule in suite.rules:
            if rule.rule_id == rule_id and suite.table == table and rule.groups:
                return set(rule.groups) - set(NEVER_HELD)
    return reading(parsed, table) - set(NEVER_HELD)


def reading(parsed: Mapping[str, Any], table: tuple[str, str]) -> set[str]:
    """Return the groups with a mart that reads a table, itself included."""
    below = reach(_edges(parsed), _keys(parsed, table))
    return {group_of(node) for key, node in _models(parsed).items() if key in below}


def check(suites: Iterable[Suite], parsed: Mapping[str, Any]) -> None:
    """Raise Refused where a rule names a group of marts that there is not."""
    known = set(marts(parsed))
    for suite in suites:
        for rule in suite.rules:
            if unknown := sorted(set(rule.groups) - known):
                raise Refused(
                    f"config/hygiene.yml, rule {rule.rule_id}: no mart is in group "
                    f"{', '.join(unknown)}; there are {', '.join(sorted(known))}"
                )


def broken(settings: Settings) -> list[Broken]:
    """Return the blocking rules that were broken when their gate was last judged."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        return broken_in(connection)


def broken_in(connection: duckdb.DuckDBPyConnection) -> list[Broken]:
    """Return the blocking rules that were broken, by an open connection to the warehouse."""
    known = connection.execute(
        "select 1 from duckdb_columns() where schema_name = 'quality' and table_name = 'results'"
        " and column_name = 'is_overridden'"
    ).fetchone()
    if not known:
        return []  # nothing was judged yet, or by an Engine Room that blocked all or none
    rows = connection.execute(
        """
        select rule_id, table_schema, table_name, gate, message, is_overridden
        from quality.results
        where not passed and (severity = 'blocking' or is_overridden)
            and (gate, run_id) in (
                -- Rows are added as gates are judged; two runs may share their as_of.
                select (gate, arg_max(run_id, rowid)) from quality.results group by gate
            )
        order by gate, rule_id, table_schema, table_name
        """
    ).fetchall()
    return [
        Broken(rule, (schema, table), gate, message, bool(waived))
        for rule, schema, table, gate, message, waived in rows
    ]


def _edges(parsed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what reads what, without the models that carry no faults."""
    ends = {
        key
        for key, node in parsed["nodes"].items()
        if (node.get("config", {}).get("meta") or {}).get("carries_faults") is False
    }
    return {
        key: [child for child in children if child not in ends]
        for key, children in parsed["child_map"].items()
    }


def _models(parsed: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {
        key: node
        for key, node in parsed["nodes"].items()
        if node["resource_type"] == "model" and node["fqn"][1] in LAYERS
    }


def _keys(parsed: Mapping[str, Any], table: tuple[str, str]) -> list[str]:
    """Return dbt's names of a table: a source's by [source, table], a model's by [schema, name]."""
    schema, name = table
    sources = [
        key
        for key, node in parsed["sources"].items()
        if (node["source_name"], node["name"]) == table
    ]
    models = [
        key
        for key, node in parsed["nodes"].items()
        if node["name"] == name and (node["config"].get("schema") or node["schema"]) == schema
    ]
    return sources + models
