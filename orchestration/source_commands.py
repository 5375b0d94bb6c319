"""`engineroom sources list` and `check`."""

from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from orchestration import accounts, home, sandbox_process
from orchestration.settings import Refused, Settings


def listed(settings: Settings) -> list[str]:
    """Return one line per source: kind, tables, whether it is configured."""
    real = home.kind_of(settings) == "real"
    ready = accounts.configured(settings) if real else list(SOURCES)
    lines = []
    for name, source in SOURCES.items():
        state = ("configured" if name in ready else "not configured") if real else "sandbox"
        lines.append(f"{name:<16}{source.kind:<14}{len(source.tables):>3} tables  {state}")
    return lines


def check(settings: Settings, name: str) -> tuple[list[str], bool]:
    """Return what is found about the configuration of one source, and whether it is well.

    Raises Refused on an unknown source.
    """
    if name not in SOURCES:
        raise Refused(f"no source is called {name}; there are {', '.join(SOURCES)}")
    source = SOURCES[name]
    needs = ", ".join(source.required) or "nothing"
    lines = [f"{source.title} ({name}), {source.kind}; it needs: {needs}"]
    if home.kind_of(settings) == "sandbox":
        up = sandbox_process.running(settings)
        state = f"answers at {up.base_url}" if up else "is started by `engineroom run`"
        return [*lines, f"ok      the sandbox company {state}"], True
    try:
        accounts.real_config(settings, name)
    except LoadFailed as error:
        return [*lines, f"WRONG   {error}"], False
    return [*lines, f"ok      configured; try it with `engineroom run --sources {name}`"], True
