"""`engineroom doctor`: machine, home, configuration and versions; each finding with its remedy."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from importlib import metadata
from importlib.util import find_spec

from ingestion.sources import SOURCES
from orchestration import accounts, disk, home, lock, rules
from orchestration.house import run_lock
from orchestration.settings import Refused, Settings

FREE_BYTES_WANTED = 2 << 30
# The parts whose versions must fit each other; see requirements.in.
PINNED = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "dlt", "duckdb", "great-expectations")

# What the project's own tests are told.
OF_TESTS = (
    *("ENGINEROOM_SHARED", "ENGINEROOM_DAYS", "ENGINEROOM_DAYS_HOME"),
    "ENGINEROOM_README_MAKE",
)

Finding = tuple[bool, str]


def report(settings: Settings) -> tuple[list[str], bool]:
    """Return one line per finding, and whether nothing is wrong."""
    looks: list[Callable[[Settings], Iterator[Finding]]] = [
        _python,
        _packages,
        _home,
        _disk,
        _rules,
        _variables,
        _accounts,
    ]
    findings = [finding for look in looks for finding in look(settings)]
    lines = [f"{'ok   ' if fine else 'WRONG'}  {text}" for fine, text in findings]
    return lines, all(fine for fine, _ in findings)


def _python(_: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info[:2] == (3, 11)
    yield fine, f"Python {version}" + ("" if fine else "; the locks are for 3.11: install it")


def _packages(settings: Settings) -> Iterator[Finding]:
    locked = _locked(settings)
    for name in PINNED:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield False, f"{name} is not installed; run `make run`, which sets it up"
            continue
        wanted = locked.get(name, found)
        fine = found == wanted
        yield (
            fine,
            f"{name} {found}" + ("" if fine else f"; the lock says {wanted}: run `make run`"),
        )
    fine = find_spec("duckdb_engine") is None
    if not fine:
        yield False, "duckdb-engine is installed beside duckdb-sqlalchemy; remove duckdb-engine"


def _locked(settings: Settings) -> dict[str, str]:
    path = settings.project / "requirements.lock"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    pairs = [line.split(" ")[0].split("==") for line in lines if "==" in line.split(" ")[0]]
    return {pair[0].split("[")[0]: pair[1] for pair in pairs}


def _home(settings: Settings) -> Iterator[Finding]:
    if not settings.home.exists():
        yield True, f"{settings.home} does not exist yet; the first run makes it"
        return
    try:
        yield True, f"{settings.home} is a {home.kind_of(settings)} home"
        home.clock(settings)
    except Refused as error:
        yield False, str(error)
        return
    mode = settings.home.stat().st_mode & 0o777
    fine = mode & 0o077 == 0
    yield (
        fine,
        f"the home's mode is {mode:04o}"
        + ("" if fine else f"; others can read personal data: chmod 700 {settings.home}"),
    )
    fine = os.access(settings.home, os.W_OK)
    yield fine, "the home can be written" if fine else f"chown {settings.home} to this user"
    if lock.is_held(run_lock(settings)):
        yield True, f"{lock.holder(run_lock(settings))} is under way"


def _disk(settings: Settings) -> Iterator[Finding]:
    free = disk.free(settings)
    fine = free >= FREE_BYTES_WANTED
    told = f"{free / (1 << 30):.1f} GB free"
    remedy = f"; a run wants 2 GB: free some on the disk of {settings.home}"
    yield fine, told + ("" if fine else remedy)


def _rules(settings: Settings) -> Iterator[Finding]:
    for path in rules.files(settings.config):
        try:
            rules.read(settings.config, path.stem)
        except Refused as error:
            yield False, str(error)
        else:
            yield True, f"config/{path.name} follows its schema"


def _variables(settings: Settings) -> Iterator[Finding]:
    """Variables that look like ours and that nothing reads: a misspelt one is ignored elsewhere."""
    known = _known_variables(settings)
    for name in sorted(set(settings.environment) - known):
        is_ours = name.startswith("ENGINEROOM_") and not name.startswith("ENGINEROOM_RUN_")
        meant = get_close_matches(name, known, 1, 1.0 - 2 / max(len(name), 10))
        if is_ours or meant:
            hint = f"; did you mean {meant[0]}?" if meant else "; take it away"
            yield False, f"nothing reads the environment variable {name}{hint}"


def _known_variables(settings: Settings) -> set[str]:
    own = {"ENGINEROOM_HOME", "ENGINEROOM_KIND", *OF_TESTS}
    with suppress(Refused):
        webhook = rules.read(settings.config, "alerts").get("webhook") or {}
        own.add(str(webhook.get("url_variable")))
    return own | {
        f"ENGINEROOM_{source.name}_{key}".upper()
        for source in SOURCES.values()
        for key in (*source.required, *source.secrets, *(each.key for each in source.settings))
    }


def _accounts(settings: Settings) -> Iterator[Finding]:
    try:
        if home.kind_of(settings) == "sandbox":
            yield True, "the sandbox company needs no credentials"
            return
    except Refused:
        return
    ready = accounts.configured(settings)
    yield (
        bool(ready),
        (
            f"configured: {', '.join(ready)}"
            if ready
            else "no source is configured; `engineroom sources check NAME` says what one needs"
        ),
    )
