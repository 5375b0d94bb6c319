"""Where things are and what a run is told: the one reader of the environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["sandbox", "real"]

PROJECT = Path(__file__).resolve().parent.parent
COMPANY = "company.json"  # in HOME/sandbox: seed and scale of the company that is held
DEFAULT_AS_OF = datetime(2026, 7, 1, 6)
HISTORY_STARTS = datetime(2025, 1, 1)
COMPANY_ENDS = datetime(2026, 12, 31, 23, 59, 59)
# All four tools phone home unless each is told not to.
QUIET = {
    "DO_NOT_TRACK": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
}


class Refused(RuntimeError):  # noqa: N818  (an outcome: the run was refused, with its remedy)
    """Usage or configuration that cannot work; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class Settings:
    """Paths and inputs of every run. `as_of` is the given clock (naive UTC), or None."""

    home: Path
    project: Path = PROJECT
    kind: Kind | None = None
    scale: float = 1.0
    seed: int = 7
    as_of: datetime | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        """The one file that a run writes: raw, staging, identity, personal data."""
        return self.home / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The marts-only file that dbt attaches and that publish copies."""
        return self.home / "marts" / "engineroom.duckdb"

    @property
    def published(self) -> Path:
        """Folder of the published versions and of the symlink `current`."""
        return self.home / "published"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's own databases and logs."""
        return self.home / "dagster"

    @property
    def config(self) -> Path:
        """Folder of the user's rules."""
        return self.project / "config"

    @property
    def transform(self) -> Path:
        """Folder of the dbt project."""
        return self.project / "transform"

    @property
    def target(self) -> Path:
        """Folder of dbt's manifest and compiled SQL."""
        return self.home / "target"

    @property
    def manifest(self) -> Path:
        """The manifest that the asset graph is built from."""
        return self.target / "manifest.json"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the environment asks for; raises Refused with what to change."""
    given = dict(os.environ if environment is None else environment)
    home = Path(given.get("ENGINEROOM_HOME") or PROJECT / "data").expanduser().resolve()
    known = _company(home)
    return Settings(
        home=home,
        kind=_kind(given.get("ENGINEROOM_KIND")),
        scale=_number(given.get("SCALE") or str(known.get("scale", 1)), "SCALE"),
        seed=int(_number(given.get("SEED") or str(known.get("seed", 7)), "SEED", whole=True)),
        as_of=_instant(given.get("AS_OF")),
        environment=MappingProxyType(given),
    )


def export(settings: Settings) -> None:
    """Hand the settings to the tools that can only be told through the process environment."""
    os.environ.update(QUIET)
    os.environ["ENGINEROOM_HOME"] = str(settings.home)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that the platform starts."""
    return {
        **settings.environment,
        **QUIET,
        "ENGINEROOM_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
    }


def _company(home: Path) -> dict[str, Any]:
    """Return seed and scale of the made-up company that the home holds; empty for a new home."""
    try:
        told = json.loads((home / "sandbox" / COMPANY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _kind(text: str | None) -> Kind | None:
    if not text:
        return None
    if text not in ("sandbox", "real"):
        raise Refused(f"ENGINEROOM_KIND={text!r} is neither sandbox nor real; set one of the two")
    return text


def _number(text: str, name: str, *, whole: bool = False) -> float:
    try:
        value = float(int(text)) if whole else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9 or (not whole and value == 0):
        wanted = "a whole number from 0 up" if whole else "a number above 0"
        raise Refused(f"{name}={text!r} is not {wanted}; for example {name}={'7' if whole else 1}")
    return value


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused(
            f"AS_OF={text!r} is not an ISO instant; for example AS_OF=2026-07-01T06:00:00Z"
        ) from None
    value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if not HISTORY_STARTS <= value <= COMPANY_ENDS:
        raise Refused(
            f"AS_OF={text} lies outside 2025-01-01..2026-12-31, where the sandbox company lives; "
            "choose an instant in that range or leave AS_OF unset"
        )
    return value
