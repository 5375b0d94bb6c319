"""Runs the platform day by day over a stretch of the sandbox company's time."""

import os
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from attribution import monthly
from identity.resolve import resolve
from ingestion import pipeline
from ingestion.sandbox.company import generate
from ingestion.sandbox.vendors import ledger_of
from ingestion.sources import SOURCES
from orchestration import (
    builds,
    house,
    model_tests,
    rooms,
    rules,
    run,
    sandbox_commands,
    sandbox_process,
    transform,
    truth,
)
from orchestration.home import read_json
from orchestration.settings import Settings, export

# Computed whole every day, because they are small or identity reads them whole; see decisions.md.
WHOLE = {
    "int_attribution__eligible_people",
    "int_attribution__fits_in_force",
    "int_attribution__touch_uses",
    "int_campaigns__campaigns",
    "int_campaigns__utm_lookup",
    "int_conversions__conversions",
    "int_email__campaigns",
    "int_email__observed_kinds",
    "int_email__unknown_recipients",
    "int_identity__bridge",
    "int_identity__persons",
    "int_identity__records",
    "int_identity__source_rows",
    "int_opportunities__opportunities",
    "int_touchpoints__email_clicks",
    "int_touchpoints__form_submissions",
}


@dataclass(frozen=True)
class Day:
    """What one run did: rows read, rows that moved raw, and (computed, written) rows per model."""

    as_of: datetime
    fetched: int
    landed: int
    models: dict[str, tuple[int, int]]

    @property
    def computed(self) -> int:
        """Rows computed by the models that compute a scope."""
        return sum(rows for model, (rows, _) in self.models.items() if model not in WHOLE)

    @property
    def computed_whole(self) -> int:
        """Rows computed by the small models that compute everything."""
        return sum(rows for model, (rows, _) in self.models.items() if model in WHOLE)

    @property
    def written(self) -> int:
        """Rows that the models deleted and inserted."""
        return sum(written for _, written in self.models.values())


def settings_at(home: Path, as_of: datetime, seed: int, scale: float) -> Settings:
    """Return the settings of a run of the sandbox home at an instant."""
    environment = dict(os.environ)
    return Settings(
        home=home, kind="sandbox", scale=scale, seed=seed, as_of=as_of, environment=environment
    )


def live(
    home: Path,
    instants: list[datetime],
    seed: int,
    scale: float,
    one_day: Callable[[Settings], str],
    say: Callable[[str], None],
) -> None:
    """Live through the instants in turn; `one_day` makes one run and says which.

    A home that was left half-way goes on at the last instant that it has seen.
    """
    seen = read_json(home / "sandbox" / "clock.json").get("as_of")
    left = [each for each in instants if not seen or each >= datetime.fromisoformat(seen)]
    if not left:
        return
    first = settings_at(home, left[0], seed, scale)
    sandbox_commands.start(first)
    try:
        for as_of in left:
            started = time.monotonic()
            one_day(settings_at(home, as_of, seed, scale))
            say(f"{as_of:%Y-%m-%d}: {time.monotonic() - started:.0f} s")
    finally:
        sandbox_process.stop(first)


def whole_run(settings: Settings) -> str:
    """Run the platform as the command does; raises AssertionError where anything is red."""
    outcome = run.run(settings, lambda _: None)
    assert outcome.exit_code == 0, (settings.as_of, outcome.failed_steps, outcome.red)
    return outcome.run_id


def rooms_only(settings: Settings) -> str:
    """Do what a run does to the tables, in this process: load, resolve, transform with all tests.

    Dagster, the hygiene suites and publishing move no derived row, and cost four fifths of a run.
    """
    assert settings.as_of is not None
    facts = house.House(settings, "sandbox", settings.as_of, str(uuid.uuid4()))
    with house.occupied(settings, facts.run_id):
        export(settings)
        house.prepare(facts)
        for source in SOURCES:
            pipeline.load(
                source,
                warehouse=settings.warehouse,
                work=settings.home / "work",
                pipelines=settings.home / "dlt",
                config=facts.source_config(source),
                as_of=settings.as_of,
                run_id=facts.run_id,
            )
        rules.load(settings.config, settings.warehouse)
        truth.load(settings, "sandbox")
        transformed(facts, rules.read(settings.config, "matching"))
    return facts.run_id


def transformed(facts: house.House, matching: Mapping[str, Any]) -> None:
    """Make everything that follows from what was loaded, with all tests."""
    settings = facts.settings
    told = {"run_id": facts.run_id, "as_of": facts.as_of}
    after: dict[str, Callable[[], object]] = {
        "staging": lambda: rooms.normalise(settings),
        "records": lambda: resolve(settings.warehouse, matching=matching, **told),
        "conformed": lambda: (
            rooms.route(settings, facts.kind),
            monthly.fit(settings.warehouse, **told),
        ),
        "marts": lambda: None,
    }
    with transform.kept_ready(settings) as dbt:
        for gate in transform.GATES:
            _build(facts, dbt, gate)
            after[gate.name]()
    house.checkpoint(settings)


def _build(facts: house.House, dbt: Path, gate: transform.Gate) -> None:
    settings = facts.settings
    project = str(settings.transform)
    chosen = ["--select", gate.select, *(["--exclude", gate.exclude] if gate.exclude else [])]
    places = {"DBT_TARGET_PATH": str(settings.target), "DBT_PROFILES_DIR": project}
    done = subprocess.run(
        [
            *(dbt, "--quiet", "--no-write-json", "--log-level-file", "none"),
            *(*transform.building(), *chosen, "--project-dir", project),
        ],
        env=dict(os.environ) | builds.told(facts) | places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert model_tests.broken(settings) == []


def history(home: Path) -> list[Day]:
    """Return what was done per instant, oldest first; a killed run and its repetition are one."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        runs = connection.execute(
            "select as_of, cast(sum(yielded) as bigint), "
            "cast(sum(loaded + tombstoned) as bigint) "
            "from ingest.load_audit group by as_of order by as_of"
        ).fetchall()
        built: dict[datetime, dict[str, tuple[int, int]]] = {}
        for as_of, model, computed, written in connection.execute(
            "select as_of, model, cast(sum(computed_rows) as bigint), "
            "cast(sum(deleted_rows + inserted_rows) as bigint) "
            "from changes.builds group by as_of, model order by model"
        ).fetchall():
            built.setdefault(as_of, {})[model] = (computed, written)
    return [Day(as_of, read, landed, built.get(as_of, {})) for as_of, read, landed in runs]


def planted(seed: int, scale: float, first: datetime, last: datetime) -> Counter[str]:
    """Return what the company's ledger makes visible after `first` and up to `last`, by kind."""
    begin, end = (each.replace(tzinfo=UTC).timestamp() * 1000 for each in (first, last))
    kinds: Counter[str] = Counter()
    seen: set[tuple[str, str, str]] = set()
    for change in ledger_of(generate(seed, scale)).changes:
        if change.visible_from > end:
            break
        key = (change.vendor, change.object, change.key)
        is_known = key in seen
        seen.add(key)
        if change.visible_from <= begin:
            continue
        if change.status != "live":
            kinds[change.status] += 1
        elif is_known:
            kinds[f"restated:{change.vendor}"] += 1
        elif change.visible_from - change.sort_at > 86_400_000:
            kinds["late"] += 1
    return kinds
