"""What each source is told: the sandbox's fixed credentials, or the user's own accounts."""

from collections.abc import Mapping
from typing import Any

from ingestion.sources import SOURCES
from orchestration import rules
from orchestration.settings import Refused, Settings

# Made up, and accepted by the sandbox company only.
_SANDBOX: dict[str, dict[str, Any]] = {
    "hubspot": {"access_token": "sandbox-hubspot-token"},
    "mailchimp": {"api_key": "sandboxkey-us21"},
    "google_ads": {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "developer_token": "sandbox-developer",
        "customer_id": "1234567890",
        "login_customer_id": "1112223333",
    },
    "linkedin_pages": {
        "access_token": "sandbox-linkedin-token",
        "organization": "urn:li:organization:1001",
    },
}


def sandbox_config(settings: Settings, source: str, base_url: str) -> dict[str, Any]:
    """Return the configuration that points a source at the sandbox company."""
    return {**_folders(settings), "base_url": base_url, **_SANDBOX.get(source, {})}


def real_config(settings: Settings, source: str) -> dict[str, Any]:
    """Return the configuration of the user's account.

    Plain settings come from config/sources.yml, secrets from ENGINEROOM_<SOURCE>_<KEY> in the
    environment. Raises Refused naming every missing key and where it goes.
    """
    written: Mapping[str, Any] = {}
    if (settings.config / "sources.yml").exists():
        written = rules.read(settings.config, "sources").get(source) or {}
    spec = SOURCES[source]
    found = {**_folders(settings), **written}
    prefix = f"ENGINEROOM_{source.upper()}_"
    for variable, value in settings.environment.items():
        if variable.startswith(prefix) and value:
            found[variable.removeprefix(prefix).lower()] = value
    missing = [key for key in spec.required if not found.get(key)]
    if missing:
        told = [
            f"set the environment variable {prefix}{key.upper()}"
            if key in spec.secrets
            else f"set `{key}` under `{source}` in config/sources.yml"
            for key in missing
        ]
        raise Refused(f"{source} is not configured: {'; '.join(told)}")
    return found


def configured(settings: Settings) -> list[str]:
    """Return the sources of a real home whose configuration is complete."""
    names = []
    for source in SOURCES:
        try:
            real_config(settings, source)
        except Refused:
            continue
        names.append(source)
    return names


def _folders(settings: Settings) -> dict[str, Any]:
    return {
        "inbox": str(settings.home / "inbox"),
        "mappings": str(settings.config / "file_drops"),
    }
