"""What each source is told: the sandbox's fixed credentials, or the user's own accounts."""

from collections.abc import Mapping
from typing import Any

from ingestion import config as source_config
from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from orchestration import rules
from orchestration.settings import Settings


def sandbox_config(settings: Settings, source: str, base_url: str) -> dict[str, Any]:
    """Return the configuration that points a source at the sandbox company."""
    told = source_config.sandbox_config(SOURCES[source], _written(settings, source), base_url)
    return {**folders(settings), **told}


def real_config(settings: Settings, source: str) -> dict[str, Any]:
    """Return the configuration of the user's account.

    Plain settings come from config/sources.yml, secrets from ENGINEROOM_<SOURCE>_<KEY> in the
    environment. Raises LoadFailed naming every missing key and where it goes.
    """
    told = source_config.real_config(
        SOURCES[source], _written(settings, source), settings.environment
    )
    return {**folders(settings), **told}


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
    prefix = source_config.variable_of(source)
    told = any(name.startswith(prefix) and value for name, value in settings.environment.items())
    return told or not SOURCES[source].secrets


def _written(settings: Settings, source: str) -> Mapping[str, Any]:
    return rules.read(settings.config, "sources").get(source) or {}


def folders(settings: Settings) -> dict[str, Any]:
    """Return the folders that sources of files read."""
    return {
        "inbox": str(settings.home / "inbox"),
        "mappings": str(settings.config / "file_drops"),
    }
