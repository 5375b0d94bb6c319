"""What a run tells at its end: whether it published, where the numbers are, and the first few."""

import duckdb

from ingestion.sources import SOURCES
from orchestration import chosen, drift, held, rates
from orchestration.run import Outcome
from orchestration.settings import Settings

# Every number comes from a mart and is defined there.
HEADLINES = (
    (
        "known persons",
        "select count(*) from marts.dim_persons where kind = 'person' and has_email",
    ),
    (
        "open pipeline",
        "select sum(value_amount_reporting) from marts.fct_opportunities where is_open",
    ),
    ("won revenue", "select sum(value_amount_reporting) from marts.fct_opportunities where is_won"),
    ("ad spend", "select sum(spend_amount_reporting) from marts.fct_ad_performance"),
    ("touchpoints", "select count(*) from marts.fct_touchpoints"),
    ("conversions", "select count(*) from marts.fct_conversions where not is_reversal"),
)


def text(settings: Settings, outcome: Outcome) -> str:
    """Return the summary as lines for the terminal."""
    lines = [""]
    for step, cause in outcome.failed_steps.items():
        lines.append(f"FAILED  {step}: {cause}")
    for asset, check, message in _once_a_source(outcome.red):
        lines.append(f"RED     {asset} ({check}): {message}")
    if unread := [name for name in SOURCES if name not in chosen.read(settings)]:
        lines.append(
            f"{len(unread)} of {len(SOURCES)} sources are not connected: `engineroom sources list`"
        )
    if outcome.warned:
        warnings = "warning" if outcome.warned == 1 else "warnings"
        lines.append(f"{outcome.warned} hygiene {warnings}; see rpt_data_quality or the UI")
    if settings.warehouse.exists():
        lines += [f"DRIFT   {each}" for each in drift.told(settings, outcome.run_id)]
    current = settings.published / "current"
    is_new = current.exists() and current.resolve().name == outcome.run_id
    if is_new:
        lines += _cautions(settings)
        lines.append(f"Published in {outcome.seconds:.0f} s: {current}")
    elif current.exists():
        lines.append(f"Not published; the last good marts stay served: {current}")
    else:
        lines.append("Not published; there is no earlier version")
    if current.exists():
        lines += [
            f"  marts    {current / 'engineroom.duckdb'} (schema marts)",
            f"  files    {current / 'parquet'}",
            f"  report   {current / 'report' / 'index.html'}",
            *_headlines(settings),
        ]
    lines.append(f"The run in the UI: `engineroom ui`, run {outcome.run_id}")
    return "\n".join(lines)


def _cautions(settings: Settings) -> list[str]:
    path = settings.published / "current" / "engineroom.duckdb"
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        return [*held.told(connection), *rates.told(connection)]


def _once_a_source(red: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """A failed source is red on each of its tables; the terminal says it once."""
    seen: dict[tuple[str, str], tuple[str, str, str]] = {}
    for asset, check, message in red:
        told = asset.split(".")[0] if check == "load_succeeded" else asset
        seen.setdefault((told, check), (told, check, message))
    return list(seen.values())


def _headlines(settings: Settings) -> list[str]:
    lines = []
    path = settings.published / "current" / "engineroom.duckdb"
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        for name, query in HEADLINES:
            try:
                row = connection.execute(query).fetchone()
            except duckdb.CatalogException:
                continue
            if row and row[0] is not None:
                lines.append(f"  {name:<15}{row[0]:>18,.0f}")
    return lines
