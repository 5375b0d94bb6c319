"""Where a source's configuration comes from: `config/sources.yml`, the environment, the sandbox.

Nothing here reads the environment or a fixed place: documents and mappings are handed in.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ingestion.errors import LoadFailed

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def read_sources(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the sources of `sources.yml`, with those of `local/sources.yml` laid over them."""
    found: dict[str, dict[str, Any]] = {}
    for path in (folder / "sources.yml", folder / "local" / "sources.yml"):
        if not path.exists():
            continue
        try:
            document = yaml.safe_load(path.read_text()) or {}
        except yaml.YAMLError as error:
            raise LoadFailed(f"{path.name} is no valid yml: {error}. Mend it.") from None
        for name, block in (document.get("sources") or {}).items():
            found[name] = {**found.get(name, {}), **(block or {})}
    return found


def read_sandbox(home: Path) -> dict[str, Any] | None:
    """Return what the running sandbox says about itself, None where none runs."""
    path = home / "sandbox" / "sandbox.json"
    return json.loads(path.read_text()) if path.exists() else None


def enabled_sources(sources: Mapping[str, Mapping[str, Any]], home_kind: str) -> list[str]:
    """Return the names of the sources that a home of this kind reads, in their written order."""
    return [name for name, block in sources.items() if home_kind in (block.get("enabled") or ())]


def source_config(
    name: str,
    sources: Mapping[str, Mapping[str, Any]],
    *,
    home: Path,
    home_kind: str,
    environ: Mapping[str, str],
    sandbox: Mapping[str, Any] | None,
    folder: Path,
) -> dict[str, Any]:
    """Return the flat configuration of one source for a home of this kind.

    A sandbox home gets the sandbox's base_url and made-up credentials, a real one the vendor's
    base_url and the environment's secrets; any mix of the two raises LoadFailed.
    """
    if name not in sources:
        raise LoadFailed(f"{name} is not in config/sources.yml. Add it there.")
    block = sources[name]
    made_up = block.get("sandbox") or {}
    config = {"inbox": str(home / "inbox"), "config_folder": str(folder)}
    config |= block.get("settings") or {}
    speaks_http = "base_url" in block
    if home_kind == "sandbox":
        config |= made_up
        if speaks_http:
            config["base_url"] = _sandbox_url(name, sandbox)
            config["token_url"] = f"{config['base_url']}/token"
        return config
    for key in ("base_url", "token_url"):
        if key in block:
            config[key] = block[key]
    for key, variable in (block.get("secrets") or {}).items():
        value = environ.get(str(variable), "")
        if value and value == made_up.get(key):
            raise LoadFailed(
                f"{name}: {variable} holds the sandbox's credential, and this home is a real one. "
                "Set the vendor's, or run in a sandbox home."
            )
        if value:
            config[key] = value
    if speaks_http and urlsplit(str(config["base_url"])).hostname in _LOOPBACK:
        raise LoadFailed(
            f"{name}: base_url points at this machine, and this home is a real one. Set the "
            "vendor's address in config/sources.yml, or run in a sandbox home."
        )
    return config


def missing_secrets(name: str, sources: Mapping[str, Mapping[str, Any]], config: Any) -> list[str]:
    """Return the environment variables that a source still needs in a real home."""
    secrets = sources[name].get("secrets") or {}
    return [str(variable) for key, variable in secrets.items() if not config.get(key)]


def _sandbox_url(name: str, sandbox: Mapping[str, Any] | None) -> str:
    if not sandbox:
        raise LoadFailed(
            f"{name}: the sandbox is not running. Start it with "
            "`python -m ingestion.sandbox serve --home <home>`, or use `make run`."
        )
    url = str(sandbox["base_url"]).rstrip("/")
    if urlsplit(url).hostname not in _LOOPBACK:
        raise LoadFailed(f"{name}: the sandbox must be on this machine, not at {url}.")
    return url
