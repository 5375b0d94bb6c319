"""The resource every step needs: the house, held by one run from its first step to its last.

It takes the run lock, so runs from the command, the UI, a schedule or a sensor never interleave,
buries runs that died, and hands the steps their clock, paths and credentials.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from orchestration import home, lock, sandbox_process
from orchestration.event_log import held_open
from orchestration.settings import Kind, Refused, Settings

if TYPE_CHECKING:
    from orchestration.sandbox_process import Sandbox
    from quality.rules import Suite

POOL = "duckdb_writer"
OWNERS = ["team:marketing-operations"]
WAIT_FOR_WAREHOUSE_SECONDS = 20
UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
CONFIG = {
    "window_from": dg.Field(str, default_value="", description="Backfill: first day, ISO."),
    "window_to": dg.Field(str, default_value="", description="Backfill: last day, ISO."),
    "full": dg.Field(bool, default_value=False, description="Sweep ids and long lookbacks."),
}


@dataclass
class House:
    """What a step may know: where things are, what time it is, what to re-read."""

    settings: Settings
    kind: Kind
    as_of: datetime
    run_id: str
    window: tuple[date, date] | None = None
    full: bool = False
    said: Callable[[str], None] = lambda _: None
    _sandbox: Sandbox | None = field(default=None, repr=False)
    _stops_sandbox: bool = False

    @cached_property
    def suites(self) -> list[Suite]:
        """The hygiene rules of this run: all its gates are judged by one reading of the file."""
        from orchestration import judging

        return judging.suites(self.settings)

    def sandbox(self) -> Sandbox:
        """Return the sandbox company at this run's clock, started where it does not run."""
        if self._sandbox is None:
            self._sandbox, self._stops_sandbox = sandbox_process.start(
                self.settings, self.as_of, said=self.said
            )
        return self._sandbox

    def source_config(self, source: str) -> Mapping[str, Any]:
        """Return the configuration of one source: the sandbox's, or the user's accounts."""
        from orchestration.accounts import real_config, sandbox_config

        if self.kind == "sandbox":
            return sandbox_config(self.settings, source, self.sandbox().base_url)
        return real_config(self.settings, source)

    def close(self) -> None:
        """Stop the sandbox if this run started it; who asks for it later gets another."""
        if self._stops_sandbox:
            sandbox_process.stop(self.settings)
        self._sandbox, self._stops_sandbox = None, False


def run_lock(settings: Settings) -> Any:
    """Return the path of the lock that a whole run holds."""
    return settings.home / "run.lock"


@contextmanager
def occupied(
    settings: Settings, run_id: str, said: Callable[[str], None] = lambda _: None
) -> Generator[None]:
    """Hold the house for one run; wait for the run that holds it. Creates a missing home.

    A file of the run's own is locked too: whoever can take it knows that the run is dead.
    """

    def waiting(who: str) -> None:
        said(f"waiting: {who} holds {settings.home}")

    with held_alone(settings, run_id, waiting):
        home.create(settings)
        yield


@contextmanager
def held_alone(
    settings: Settings, run_id: str, waiting: Callable[[str], None] | None = None
) -> Generator[None]:
    """Hold the house as it is, a wrecked one too."""
    with ExitStack() as stack:
        stack.enter_context(lock.held(_alive(settings, run_id), label=f"run {run_id}"))
        stack.enter_context(lock.held(run_lock(settings), label=f"run {run_id}", waiting=waiting))
        try:
            yield
        finally:
            _alive(settings, run_id).unlink(missing_ok=True)


def bury_the_dead(settings: Settings, instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Mark runs that died failed and free their pool slots; return their ids.

    Call it with the run lock held. A run that waits for the lock is alive: its own file is locked.
    After a SIGKILL a slot stayed taken for ten minutes, which is why nobody waits for the daemon.
    """
    dead = []
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        path = _alive(settings, run.run_id)
        if run.run_id == run_id or not path.exists() or lock.is_held(path):
            continue
        instance.report_run_failed(run, "The process of this run ended without a word.")
        path.unlink(missing_ok=True)
        dead.append(run.run_id)
    # A run that was interrupted is marked failed and keeps its slot all the same; with the lock
    # held no other run has a step under way, so every other slot is a dead one's.
    storage = instance.event_log_storage
    for holder in storage.get_concurrency_run_ids() - {run_id}:
        storage.free_concurrency_slots_for_run(holder)
    return dead


def resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the resource `house` of a run of these settings."""

    @dg.resource(config_schema=CONFIG, description=__doc__)
    @contextmanager
    def house(context: dg.InitResourceContext) -> Generator[House]:
        from orchestration import run_ledger

        log = context.log
        said = log.info if log else lambda _: None
        run_id = context.run_id or "none"
        with occupied(settings, run_id, said):
            for each in (
                bury_the_dead(settings, context.instance, run_id) if context.instance else []
            ):
                said(f"run {each} had died; it is marked failed and its slots are free")
            facts = _facts(settings, run_id, context.resource_config, said)
            if context.instance and context.run_id:
                run_ledger.stamp(context.instance, run_id, facts.as_of)
            _prepare_or_tell(facts)
            with held_open(context.instance) if context.instance else nullcontext():
                try:
                    yield facts
                finally:
                    _leave(facts, context.instance)

    return house


def prepare(facts: House) -> None:
    """Make the warehouse ready for any step: tables that the transform reads, no leftovers."""
    import ingestion.pipeline
    import quality.run
    from orchestration import chosen, run_ledger, transform

    settings = facts.settings
    chosen.remember(settings)
    wait_for_warehouse(settings)
    for leftover in settings.target.glob("dbt_*"):
        shutil.rmtree(leftover, ignore_errors=True)
    transform.manifest(settings)
    ingestion.pipeline.ensure_tables(settings.warehouse)
    quality.run.ensure_tables(settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as connection:
        run_ledger.ensure_tables(connection)


def wait_for_warehouse(settings: Settings) -> None:
    """Return when the warehouse can be written; raises Refused where another program keeps it."""
    deadline = time.monotonic() + WAIT_FOR_WAREHOUSE_SECONDS
    for path in (settings.warehouse, settings.marts):
        while True:
            try:
                duckdb.connect(str(path)).close()
                break
            except duckdb.IOException as error:
                if time.monotonic() > deadline:
                    told = str(error).split("\n")[0][:300]
                    raise Refused(
                        f"{path} is open in another program ({told}); close that program, and read "
                        "published/current instead, which never blocks a run"
                    ) from None
                time.sleep(lock.POLL_SECONDS)


def checkpoint(settings: Settings) -> None:
    """Leave no write-ahead log at rest: a damaged one drops committed transactions silently."""
    for path in (settings.warehouse, settings.marts):
        with contextlib.suppress(duckdb.IOException), duckdb.connect(str(path)) as connection:
            connection.execute("checkpoint")


def _prepare_or_tell(facts: House) -> None:
    """Prepare; a run that cannot start has no steps to find wrong, so it is an incident itself."""
    from orchestration import alerts

    try:
        prepare(facts)
    except Exception as error:
        finding = alerts.Finding(alerts.START, f"a run could not start: {error}")
        alerts.review(facts.settings, alerts.Judged([finding]), facts.as_of, facts.run_id)
        raise


def _leave(facts: House, instance: dg.DagsterInstance | None) -> None:
    from orchestration import alerts, compaction, retention

    try:
        for each in retention.apply(facts.settings, facts.as_of, instance, facts.run_id):
            facts.said(each)
        checkpoint(facts.settings)
        if compaction.is_due(facts.settings, facts.run_id):
            compaction.compact(facts.settings)
            facts.said("the warehouse was written anew without what was erased")
        if instance:
            alerts.review_run(facts.settings, instance, facts.run_id, facts.as_of)
    finally:
        facts.close()


def _facts(
    settings: Settings, run_id: str, config: Mapping[str, Any], said: Callable[[str], None]
) -> House:
    window = None
    if config["window_from"] or config["window_to"]:
        window = parse_window(config["window_from"], config["window_to"])
    return House(
        settings=settings,
        kind=home.kind_of(settings),
        as_of=home.clock(settings),
        run_id=run_id,
        window=window,
        full=config["full"],
        said=said,
    )


def parse_window(first: str, last: str) -> tuple[date, date]:
    """Return the days of a backfill; raises Refused where they are no range."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Refused(
            f"a backfill needs two ISO days, got {first!r} and {last!r}; "
            "for example --from 2026-01-01 --to 2026-01-31"
        ) from None
    if days[0] > days[1]:
        raise Refused(f"the backfill starts on {first}, after its end {last}; swap the two")
    return days


def _alive(settings: Settings, run_id: str) -> Any:
    return settings.dagster_home / "alive" / run_id
