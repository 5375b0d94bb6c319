"""One whole run from the command: through Dagster's own instance, so that the UI shows it after."""

import os
import sys
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration import home, sandbox_process
from orchestration.settings import Refused, Settings

if TYPE_CHECKING:
    import dagster as dg

Say = Callable[[str], None]


@dataclass
class Outcome:
    """What became of a run: its failed steps, red checks (asset, check, message), seconds."""

    run_id: str
    succeeded: bool = False
    failed_steps: dict[str, str] = field(default_factory=dict)
    red: list[tuple[str, str, str]] = field(default_factory=list)
    warned: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 published and every source loaded; 1 a gate blocked or a source failed."""
        return 0 if self.succeeded and not self.red else 1


def run(
    settings: Settings,
    say: Say,
    *,
    sources: Sequence[str] = (),
    window: tuple[str, str] | None = None,
    full: bool = False,
) -> Outcome:
    """Run everything (or only `sources` and what follows) and return what became of it.

    Waits while another run holds the house. Raises Refused on usage and configuration.
    """
    from orchestration.house import occupied, parse_window
    from orchestration.settings import export

    _known(settings, sources)
    if window:
        parse_window(*window)
    is_sandbox = home.kind_of(settings) == "sandbox"
    if is_sandbox:
        home.check_company(settings)
    home.clock(settings)
    run_id = str(uuid.uuid4())
    started = time.monotonic()
    export(settings)
    with occupied(settings, run_id, say):
        as_of = home.clock(settings)
        say(f"run {run_id} as of {as_of:%Y-%m-%d %H:%M} UTC in {settings.home}")
        if is_sandbox:
            sandbox_process.begin(settings, as_of)
        try:
            with _quiet(settings) as terminal:
                outcome = _execute(settings, run_id, terminal or say, sources, window, full)
        finally:
            sandbox_process.abandon(settings)
    outcome.seconds = time.monotonic() - started
    return outcome


def _known(settings: Settings, sources: Sequence[str]) -> None:
    from ingestion.sources import SOURCES
    from orchestration import chosen

    unknown = sorted(set(sources) - set(SOURCES))
    if unknown:
        raise Refused(f"no source is called {', '.join(unknown)}; there are {', '.join(SOURCES)}")
    unread = [name for name in sources if name not in chosen.read(settings)]
    if unread:
        raise Refused(
            f"{', '.join(unread)}: not connected; `engineroom sources check NAME` says what a "
            "source needs"
        )


def _execute(
    settings: Settings,
    run_id: str,
    say: Say,
    sources: Sequence[str],
    window: tuple[str, str] | None,
    full: bool,
) -> Outcome:
    import dagster as dg

    from orchestration import definitions, schedules, transform
    from orchestration.event_log import held_open

    say("reading the asset graph")
    parsed = transform.manifest(settings)
    repository = definitions.build(settings, parsed).get_repository_def()
    job = repository.get_job(schedules.JOB)
    house: dict[str, Any] = {"full": full}
    if window:
        house |= {"window_from": window[0], "window_to": window[1]}
    config = {
        "resources": {"house": {"config": house}},
        # The terminal shows the summary of each step; the whole log is in the UI and in the file.
        "loggers": {"console": {"config": {"log_level": "WARNING"}}},
    }
    outcome = Outcome(run_id)
    with dg.DagsterInstance.get() as instance, held_open(instance):
        for event in _events(job, instance, run_id, config, _selection(job, sources)):
            _note(event, outcome, say, settings)
        finished = instance.get_run_by_id(run_id)
        outcome.succeeded = bool(finished and finished.is_success)
    return outcome


def _selection(job: "dg.JobDefinition", sources: Sequence[str]) -> "set[dg.AssetKey] | None":
    """Everything but the loads of the sources that were not asked for."""
    from ingestion.sources import SOURCES
    from orchestration import ingest

    if not sources:
        return None
    left_out = {
        key for name, each in SOURCES.items() if name not in sources for key in ingest.keys(each)
    }
    return set(job.asset_layer.executable_asset_keys) - left_out


def _events(
    job: "dg.JobDefinition",
    instance: "dg.DagsterInstance",
    run_id: str,
    config: dict[str, Any],
    selection: "set[dg.AssetKey] | None",
) -> "Iterator[dg.DagsterEvent]":
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run_iterator

    chosen = job.get_subset(asset_selection=selection) if selection else job
    created = instance.create_run_for_job(
        chosen, run_id=run_id, run_config=config, asset_selection=selection, tags={"by": "command"}
    )
    yield from execute_run_iterator(InMemoryJob(job), created, instance)


def _note(event: "dg.DagsterEvent", outcome: Outcome, say: Say, settings: Settings) -> None:
    import dagster as dg

    from orchestration.disk import explained

    step = event.step_key or ""
    kind = event.event_type
    if kind == dg.DagsterEventType.STEP_START:
        say(f"  {step} ...")
    elif kind == dg.DagsterEventType.STEP_SUCCESS:
        say(f"  {step} done in {event.step_success_data.duration_ms / 1000:.1f} s")
    elif kind == dg.DagsterEventType.STEP_FAILURE:
        error = event.step_failure_data.error
        if error and error.cls_name == "DagsterAssetCheckFailedError":
            say(f"  {step} BLOCKS what follows")  # each broken rule is told by its own check
        else:
            outcome.failed_steps[step] = explained(settings, _cause(error))
            say(f"  {step} FAILED: {outcome.failed_steps[step]}")
    elif kind == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        _note_check(event.asset_check_evaluation_data, outcome)
    elif kind == dg.DagsterEventType.PIPELINE_FAILURE and not (outcome.failed_steps or outcome.red):
        outcome.failed_steps["run"] = explained(settings, _cause(event.job_failure_data.error))


def _note_check(check: Any, outcome: Outcome) -> None:
    import dagster as dg

    if check.passed:
        return
    if check.severity == dg.AssetCheckSeverity.WARN:
        outcome.warned += 1
        return
    message = check.metadata.get("message")
    outcome.red.append(
        (".".join(check.asset_key.path), check.check_name, str(message.value) if message else "")
    )


def _cause(error: Any) -> str:
    """The innermost message: the one that says what to do."""
    if error is None:
        return "no reason was given"
    while (
        error.cause is not None and "dagster.core.definitions.events.Failure" not in error.message
    ):
        error = error.cause
    text = error.message.partition(": ")[2] or error.message
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n        ".join(lines)[:2500] if lines else "no reason was given"


@contextmanager
def _quiet(settings: Settings) -> Generator[Say | None]:
    """Send what tools print to a file of the home; yield what still reaches the terminal.

    Dagster captures a step's output by its descriptors, so the terminal's are put aside first.
    """
    path = settings.dagster_home / "run.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    terminal = os.fdopen(os.dup(kept[0]), "w", buffering=1, encoding="utf-8")

    def say(text: str) -> None:
        terminal.write(text + "\n")
        terminal.flush()

    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        yield say
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(log)
        terminal.close()
