"""Where a source's configuration comes from: `config/sources.yml`, the environment, the sandbox.

Nothing here reads the environment or a fixed place: documents and mappings are handed in.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ingestion.contract import Source
from ingestion.errors import LoadFailed

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

# Folders of the home, handed in with every load.
_GIVEN = {"inbox", "mappings"}
# The sandbox shares the machine with the run; a vendor's pace would only make it wait.
_SANDBOX_PACE = {"calls_per_10_seconds": 5000}


def read_settings(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the blocks of `sources.yml`; raises LoadFailed where it is no valid yml."""
    path = folder / "sources.yml"
    if not path.exists():
        return {}
    try:
        document = yaml.safe_load(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise LoadFailed(f"config/sources.yml is no valid yml: {error}. Mend it.") from None
    if not isinstance(document, dict):
        raise LoadFailed("config/sources.yml must hold one block a source. Mend it.")
    return {str(name): dict(block or {}) for name, block in document.items()}


def read_sandbox(home: Path) -> dict[str, Any] | None:
    """Return what the running sandbox says about itself, None where none runs."""
    path = home / "sandbox" / "sandbox.json"
    return json.loads(path.read_text()) if path.exists() else None


def sandbox_config(source: Source, settings: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return the configuration that points a source at the sandbox company.

    Raises LoadFailed where `base_url` is another machine's: the sandbox is on this one.
    """
    if urlsplit(base_url).hostname not in _LOOPBACK:
        raise LoadFailed(f"{source.name}: the sandbox must be on this machine, not at {base_url}.")
    url = base_url.rstrip("/")
    place = {"base_url": url, "token_url": f"{url}/token"}
    return {**source.defaults, **settings, **_SANDBOX_PACE, **place, **source.sandbox}


def variable_of(source: str, key: str = "") -> str:
    """Return the environment variable of a source's key, or what all of its begin with."""
    return f"ENGINEROOM_{source}_{key}".upper()


def real_config(
    source: Source, settings: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, Any]:
    """Return the configuration of the user's account: settings and the environment's secrets.

    The variable of a key is ENGINEROOM_<SOURCE>_<KEY>. Raises LoadFailed naming what is missing,
    and where the sandbox's credentials or address would be used for real data.
    """
    prefix = variable_of(source.name)
    config = {**source.defaults, **settings}
    for variable, value in environ.items():
        if variable.startswith(prefix) and value:
            config[variable.removeprefix(prefix).lower()] = value
    missing = [key for key in source.missing(config) if key not in _GIVEN]
    if missing:
        told = [
            f"set the environment variable {variable_of(source.name, key)}"
            if key in source.secrets
            else f"set `{key}` under `{source.name}` in config/sources.yml"
            for key in missing
        ]
        raise LoadFailed(f"{source.name} is not configured: {'; '.join(told)}.")
    made_up = source.sandbox
    if any(config.get(key) == made_up[key] for key in source.secrets if key in made_up):
        raise LoadFailed(
            f"{source.name}: the sandbox's credentials are set for a real home. Set the vendor's, "
            "or run in a sandbox home."
        )
    if urlsplit(str(config.get("base_url", ""))).hostname in _LOOPBACK:
        raise LoadFailed(
            f"{source.name}: base_url points at this machine, and this home is a real one. Set "
            "the vendor's address in config/sources.yml, or run in a sandbox home."
        )
    return config
