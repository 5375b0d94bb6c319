"""`engineroom sources list`, `template` and `check`."""

import json
from collections.abc import Mapping
from typing import Any

from ingestion import probe
from ingestion.contract import Source
from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from ingestion.sources.file_drops.checked import check_files
from orchestration import accounts, home, sandbox_process
from orchestration.settings import Refused, Settings

NOT_RUNNING = (
    "the sandbox company is not running, so nobody was asked. Start it with "
    "`engineroom sandbox start`; `engineroom run` starts it for itself"
)


def listed(settings: Settings) -> list[str]:
    """Return one line per source: kind, tables, whether it is configured."""
    real = home.kind_of(settings) == "real"
    ready = accounts.configured(settings) if real else list(SOURCES)
    lines = []
    for name, source in SOURCES.items():
        state = ("configured" if name in ready else "not configured") if real else "sandbox"
        lines.append(f"{name:<16}{source.kind:<14}{len(source.tables):>3} tables  {state}")
    return lines


def template(name: str) -> list[str]:
    """Return a source's block for `config/sources.yml` and the variables of its secrets.

    What has a default is commented out; what is the user's to state is not. Raises Refused on an
    unknown source.
    """
    source = _known(name)
    lines = [f"# {source.title}", f"{name}:"]
    for each in source.settings:
        if each.default is None:
            lines.append(f"  {each.key}:  # {each.says}")
        else:
            lines.append(f"  # {each.key}: {json.dumps(each.default)}  # {each.says}")
    if not source.settings:
        lines[-1] += " {}"
    instead = {part for parts in source.instead.values() for part in parts}
    lines += [
        f"# in the environment: {_variable(name, key)}{_or_else(name, source.instead.get(key))}"
        for key in source.secrets
        if key not in instead
    ]
    return lines


def _variable(name: str, key: str) -> str:
    return f"ENGINEROOM_{name.upper()}_{key.upper()}"


def _or_else(name: str, parts: tuple[str, ...] | None) -> str:
    return ", or all of " + ", ".join(_variable(name, part) for part in parts) if parts else ""


def _known(name: str) -> Source:
    if name not in SOURCES:
        raise Refused(f"no source is called {name}; there are {', '.join(SOURCES)}")
    return SOURCES[name]


def check(settings: Settings, name: str) -> tuple[list[str], bool]:
    """Return whether one source is configured and answers, and whether that is well.

    Asks it for each right apart and for its first page, and loads nothing. Raises Refused on an
    unknown source.
    """
    source = _known(name)
    needs = ", ".join(source.required) or "nothing"
    lines = [f"{source.title} ({name}), {source.kind}; it needs: {needs}"]
    try:
        config = _config(settings, source)
        if name == "file_drops":
            told, is_well = _files(settings, config)
            return [*lines, *told], is_well
        rights = probe.rights(source, config, home.clock(settings))
        lines += [_right(each) for each in rights]
        answer = probe.ask(source, config, home.clock(settings))
    except LoadFailed as error:
        return [*lines, f"WRONG   {error}"], False
    is_well = answer.bad == 0 and not any(right.missing for right in rights)
    return [*lines, *_told(settings, source, answer)], is_well


def _right(right: probe.Right) -> str:
    if right.missing:
        return f"WRONG   {right.name}, for {right.purpose}: {right.missing}"
    if right.is_left_out:
        return f"skipped {right.name}: {right.purpose}; your settings leave it out"
    return f"ok      {right.name}: {right.purpose}"


def _files(settings: Settings, config: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return one line per dropped file, and whether every row of all of them fits."""
    found = list(check_files(config, home.clock(settings)))
    lines = [f"{'WRONG ' if each.is_wrong else 'ok    '}  {each.told()}" for each in found]
    if not found:
        lines = [
            f"ok      nothing to read in {config['inbox']}; drop files there as README.md says"
        ]
    return lines, not any(each.is_wrong for each in found)


def _config(settings: Settings, source: Source) -> Mapping[str, Any]:
    """Return what the source is told; raises LoadFailed where it cannot be asked."""
    if home.kind_of(settings) == "real":
        return accounts.real_config(settings, source.name)
    if source.session is None:
        return accounts.folders(settings)
    up = sandbox_process.running(settings)
    if up is None:
        raise LoadFailed(NOT_RUNNING)
    return accounts.sandbox_config(settings, source.name, up.base_url)


def _told(settings: Settings, source: Source, answer: probe.Answer) -> list[str]:
    lines = []
    if answer.rows:
        lines.append(f"ok      answers: {answer.rows:,} rows on its first page ({answer.table})")
    elif source.session:
        lines.append("ok      answers; its first page is empty")
    elif not answer.bad:
        inbox = settings.home / "inbox"
        lines.append(f"ok      nothing to read in {inbox}; drop files there as README.md says")
    if answer.bad:
        lines.append(
            f"WRONG   {answer.bad:,} rows before that do not fit; the first: {answer.why}. "
            "Mend the file or its mapping"
        )
    return lines
