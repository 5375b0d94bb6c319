"""Which sources a home reads, and which of them its models know.

Read is what is switched on: in a sandbox home everything, in a real one what is connected or marked
`enabled: true` in config/sources.yml, and nowhere what is marked `enabled: false`. The models know
what is read and what ever was: credentials that go missing must not take a system's history out of
the marts. A source that was never read does not appear in Dagster at all.
"""

from collections.abc import Mapping

from ingestion.contract import Source
from ingestion.sources import SOURCES
from orchestration import accounts, home
from orchestration.settings import Settings

_FILE = "sources.json"


def read(settings: Settings) -> dict[str, Source]:
    """Return the sources that this home reads, in the registry's order."""
    is_real = home.kind_of(settings) == "real"
    found = {}
    for name, source in SOURCES.items():
        marked = accounts.written(settings, name).get("enabled")
        connected = not is_real or accounts.is_connected(settings, name)
        if connected if marked is None else marked:
            found[name] = source
    return found


def modelled(settings: Settings) -> list[str]:
    """Return the sources that the models know: those that are read, and those that ever were.

    A home of an earlier version kept no list: it may hold rows of any source.
    """
    path = settings.home / _FILE
    if settings.warehouse.exists() and not path.exists():
        return list(SOURCES)
    known = {*read(settings), *home.read_json(path).get("loaded", [])}
    return [name for name in SOURCES if name in known]


def remember(settings: Settings) -> None:
    """Write down what the models know. Call it with the run lock held, before anything is read."""
    home.write_json(settings.home / _FILE, {"loaded": modelled(settings)})


def systems(settings: Settings, declared: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the systems of each kind that the models know.

    A kind without any keeps its first: its empty tables give the models their columns.
    """
    known = modelled(settings)
    return {
        kind: [name for name in names if name in known] or names[:1]
        for kind, names in declared.items()
    }
