"""What changed in the shape of a vendor's answers, and which published marts it may reach."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration import reading, transform
from orchestration.settings import Settings

# Counts of what was dropped or skipped on purpose are findings too, but no change of shape.
_SHAPE = ("undeclared", "vanished", "unmapped_column")
_SAYS = {
    "undeclared": "is new",
    "unmapped_column": "has no place in the mapping",
    "vanished": "came no more, its last values stay",
    "changed": "came in another type, its rows are in quarantine",
}
_TYPED = re.compile(r"^([^:]+): .* declared$")


@dataclass(frozen=True)
class Drift:
    """A column that changed at the vendor: `kind` is a word of `_SAYS`."""

    source: str
    table: str
    column: str
    kind: str


def told(settings: Settings, run_id: str | None = None) -> list[str]:
    """Return a line per change that a run saw first, with the marts downstream of its table.

    Without a run, those of each source's last load. Empty where no manifest tells what follows.
    """
    with reading.warehouse(settings) as connection:
        if not reading.has_table(connection, "ingest", "drift"):
            return []
        found = _news(connection, run_id)
    if not found:
        return []
    parsed = json.loads(settings.manifest.read_text("utf-8")) if settings.manifest.exists() else {}
    return [line(each, marts_of(parsed, each.source, each.table)) for each in found]


def line(drift: Drift, marts: Iterable[str]) -> str:
    """Return a change in words."""
    listed = list(marts)
    shown = ", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else "")
    at_risk = f"; marts at risk: {shown}" if listed else "; no mart reads it"
    return f"{drift.source}.{drift.table}: `{drift.column}` {_SAYS[drift.kind]}{at_risk}"


def marts_of(parsed: Mapping[str, Any], source: str, table: str) -> list[str]:
    """Return the published marts downstream of a raw table, by dbt's manifest."""
    start = [
        key
        for key, node in parsed.get("sources", {}).items()
        if (node["source_name"], node["name"]) == (source, table)
    ]
    nodes = parsed.get("nodes", {})
    reached = transform.reach(parsed.get("child_map", {}), start)
    return sorted(
        nodes[key]["name"]
        for key in reached
        if key in nodes
        and nodes[key]["resource_type"] == "model"
        and nodes[key]["fqn"][1] in ("marts", "custom")
    )


def _news(connection: duckdb.DuckDBPyConnection, run_id: str | None) -> list[Drift]:
    """Return the changes of a run, or of each last load, that no earlier load of the source saw."""
    runs = "select source, run_id, as_of from ingest.loads where status <> 'failed'"
    runs += (
        " and run_id = ?"
        if run_id
        else " qualify row_number() over (partition by source order by as_of desc, run_id) = 1"
    )
    given = [run_id] if run_id else []
    kinds = ", ".join(f"'{kind}'" for kind in _SHAPE)
    rows = connection.execute(
        f"""
        with runs as ({runs}),
        seen as (
            select drift.*, loads.as_of from ingest.drift
            inner join ingest.loads using (run_id, source)
            where kind in ({kinds})
        )
        select seen.source, seen.table_name, seen.column_name, seen.kind from seen
        inner join runs on seen.source = runs.source and seen.run_id = runs.run_id
        where not exists (
            select 1 from seen as earlier
            where earlier.source = seen.source and earlier.table_name = seen.table_name
                and earlier.column_name = seen.column_name and earlier.kind = seen.kind
                and earlier.as_of < seen.as_of
        )
        -- On a first load nothing is news.
        and exists (
            select 1 from ingest.loads as before
            where before.source = seen.source and before.as_of < seen.as_of
                and before.status <> 'failed'
        )
        order by all
        """,
        given,
    ).fetchall()
    found = [Drift(*row) for row in rows]
    for source, its_run, _ in connection.execute(runs, given).fetchall():
        if reading.has_table(connection, "quarantine", source):
            found += _retyped(connection, source, its_run)
    return found


def _retyped(connection: duckdb.DuckDBPyConnection, source: str, run_id: str) -> list[Drift]:
    rows = connection.execute(
        f'select distinct table_name, reason from quarantine."{source}"'
        " where run_id = ? and replayed_at is null order by all",
        [run_id],
    ).fetchall()
    matched = [(table, _TYPED.match(reason)) for table, reason in rows]
    names = dict.fromkeys((table, found[1]) for table, found in matched if found)
    return [Drift(source, table, name, "changed") for table, name in names]
