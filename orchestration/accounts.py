"""What each source is told: the sandbox's fixed credentials, or the user's own accounts."""

from collections.abc import Mapping
from typing import Any

from ingestion import config as source_config
from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from orchestration import home, rules
from orchestration.settings import Settings


def sandbox_config(settings: Settings, source: str, base_url: str) -> dict[str, Any]:
    """Return the configuration that points a source at the sandbox company.

    Files come from the home's own inbox, whatever store a real home would read.
    """
    told = source_config.sandbox_config(SOURCES[source], written(settings, source), base_url)
    return {**told, **folders(settings)}


def real_config(settings: Settings, source: str) -> dict[str, Any]:
    """Return the configuration of the user's account.

    Plain settings come from config/sources.yml, secrets from ENGINEROOM_<SOURCE>_<KEY> in the
    environment. Raises LoadFailed naming every missing key and where it goes.
    """
    told = source_config.real_config(
        SOURCES[source], written(settings, source), settings.environment
    )
    return {**folders(settings), **_stated(told)}


def configured(settings: Settings) -> list[str]:
    """Return the sources of a real home whose configuration is complete."""
    names = []
    for source in SOURCES:
        try:
            real_config(settings, source)
        except LoadFailed:
            continue
        names.append(source)
    return names


def is_connected(settings: Settings, source: str) -> bool:
    """Return whether a real home is meant to read a source: anything of it is in the environment.

    A source without secrets always is. One half set is connected, and its load says what lacks.
    """
    prefix = f"ENGINEROOM_{source.upper()}_"
    told = any(name.startswith(prefix) and value for name, value in settings.environment.items())
    return told or not SOURCES[source].secrets


def written(settings: Settings, source: str) -> Mapping[str, Any]:
    """Return the source's block of config/sources.yml."""
    return rules.read(settings.config, "sources").get(source) or {}


def _stated(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set to something: a key that is left empty has its default."""
    return {key: value for key, value in told.items() if value is not None}


def local_config(settings: Settings, source: str) -> dict[str, Any]:
    """Return what a source is told where nobody is asked: folders, or the store of its files."""
    is_real = home.kind_of(settings) == "real"
    return {**folders(settings), **(_stated(written(settings, source)) if is_real else {})}


def folders(settings: Settings) -> dict[str, Any]:
    """Return the folders that sources of files read."""
    return {
        "inbox": str(settings.home / "inbox"),
        "mappings": str(settings.config / "file_drops"),
        "work": str(settings.home / "work"),
    }
