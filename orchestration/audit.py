"""`engineroom audit`: the current state of marketing operations, as the published marts show it.

Which tools there are and how fresh, what each knows that no other does, where people still carry
data by hand, and what to mend first. Reads the published file alone, so it can be asked while a run
writes, and holds no personal data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.sources import SOURCES
from orchestration import rules
from orchestration.settings import Refused, Settings

Rows = list[dict[str, Any]]
FIXES_SHOWN = 20


@dataclass(frozen=True)
class Section:
    """A part of the report: what it says when it has no rows, and the rows."""

    name: str
    title: str
    empty: str
    rows: Rows


def report(settings: Settings) -> tuple[dict[str, Any], list[Section]]:
    """Return what the report is of (run, as_of), and its sections.

    Raises Refused where nothing is published yet.
    """
    current = settings.published / "current"
    if not current.exists():
        raise Refused(f"{settings.home} has published nothing yet; `engineroom run` first")
    run = current.resolve().name
    file = current.resolve() / "engineroom.duckdb"
    with duckdb.connect(str(file), read_only=True) as marts:
        (of,) = _rows(marts, _OF, [run])
        sections = [
            Section("tools", "Tools", "no source was loaded yet", _tools(marts)),
            Section("silos", "Silos", "no source knows a person", _rows(marts, _SILOS)),
            Section("manual_steps", "Manual steps", "none", [*_manual(settings, marts)]),
            Section("fixes", "What to mend first", "no open issue", _rows(marts, _FIXES)),
            Section("kpis", "KPIs of the last week", "no history yet", _rows(marts, _KPIS)),
        ]
    return {"run_id": run, **of}, sections


def written(of: Mapping[str, Any], sections: Iterable[Section]) -> Iterator[str]:
    """Yield the report as lines of Markdown."""
    yield "# Current state of marketing operations"
    yield ""
    yield f"As of {of['as_of']:%Y-%m-%d %H:%M} UTC, run {of['run_id']}."
    for section in sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        if not section.rows:
            yield f"{section.empty[:1].upper()}{section.empty[1:]}."
            continue
        names = list(section.rows[0])
        yield _line(name.replace("_", " ") for name in names)
        yield _line("---" for _ in names)
        for row in section.rows:
            yield _line(_shown(row[name]) for name in names)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, told: Sequence[Any] | None = None
) -> Rows:
    asked = connection.execute(sql, told)
    names = [column[0] for column in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _tools(marts: duckdb.DuckDBPyConnection) -> Rows:
    """What each source is and feeds; one that was never loaded is no tool of this company."""
    return [
        {"kind": SOURCES[row["source"]].kind if row["source"] in SOURCES else None, **row}
        for row in _rows(marts, _TOOLS)
    ]


def _manual(settings: Settings, marts: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """What people do by hand: files they drop, decisions they sign, rows and groups that wait."""
    yield from _rows(marts, _BY_HAND)
    matching = rules.read(settings.config, "matching").get("overrides", [])
    if matching:
        yield _step("who is who is decided by hand", "config/matching.yml", len(matching))
    overrides = rules.read(settings.config, "overrides").get("overrides", [])
    if overrides:
        yield _step("a broken rule is let pass by hand", "config/overrides.yml", len(overrides))


def _step(step: str, where: str, count: int) -> dict[str, Any]:
    return {"step": step, "where": where, "count": count}


_OF = "select max(as_of) as as_of from marts.rpt_run_digests where run_id = ?"

# What one source alone knows: its persons of whom no other source has a record.
_SILOS = """
    with known as (
        select distinct person_id, source from marts.bridge_identity
        where kind = 'person' and not is_deleted and object <> 'visitors'
    ),

    spread as (
        select person_id, count(*) as sources from known group by person_id
    )

    select
        source, count(*) as persons,
        count(*) filter (sources = 1) as known_nowhere_else,
        round(100.0 * count(*) filter (sources = 1) / count(*), 1) as percent_alone
    from known inner join spread using (person_id)
    group by source
    order by known_nowhere_else desc, source
"""

_TOOLS = """
    with loads as (
        select source, max(as_of) as as_of, sum(yielded) as rows_read
        from marts.rpt_load_audit group by source
    ),

    records as (
        select source, count(*) as records from marts.bridge_identity
        where not is_deleted group by source
    )

    select
        freshness.source, freshness.last_status, freshness.last_succeeded_as_of,
        freshness.is_fresh, cast(loads.rows_read as bigint) as rows_read,
        coalesce(records.records, 0) as records_of_people_and_companies
    from marts.rpt_source_freshness as freshness
    left join loads using (source)
    left join records using (source)
    order by freshness.source
"""

_BY_HAND = """
    select
        'a file is exported and dropped' as step, source || '.' || table_name as "where",
        cast(sum(yielded) as bigint) as count
    from marts.rpt_load_audit where source = 'file_drops' and yielded > 0
    group by source, table_name
    union all
    select
        'rows were set aside, to be mended at their source', source || '.' || table_name,
        cast(sum(quarantined) as bigint)
    from marts.rpt_load_audit where quarantined > 0
    group by source, table_name
    union all
    select
        'reports keep their last good version until a rule is kept again', mart_group, 1
    from marts.rpt_group_freshness where is_held_back
    order by step, "where"
"""

_FIXES = f"""
    select
        fix_rank as rank, rule_id as rule, source, object, reason, records,
        open_amount_reporting as open_pipeline
    from marts.rpt_quality_fixes order by fix_rank limit {FIXES_SHOWN}
"""

_KPIS = """
    select title, week_ends_on as week_to, value, unit, target, status
    from marts.rpt_mops_kpis_weekly
    qualify row_number() over (
        partition by kpi_id order by is_complete desc, week_starts_on desc
    ) = 1
    order by title
"""
