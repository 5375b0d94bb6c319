"""Creates and recognises a home: its kind is written once, and a run of the other is refused."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration import migrations
from orchestration.settings import COMPANY, DEFAULT_AS_OF, Kind, Refused, Settings

FOLDERS = ("marts", "published/versions", "inbox/web_events", "dagster", "dlt", "work", "target")


def create(settings: Settings) -> Kind:
    """Create what is missing of the home and return its kind; raises Refused on the other kind.

    Call it under the run lock: two first starts would race.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.home.chmod(0o700)
    kind = kind_of(settings)
    for folder in FOLDERS:
        (settings.home / folder).mkdir(parents=True, exist_ok=True)
    marker = settings.home / "home.json"
    if not marker.exists():
        write_json(marker, {"kind": kind, "version": migrations.VERSION})
    version = int(read_json(marker).get("version") or 1)
    migrations.migrate(
        settings.warehouse,
        version,
        lambda reached: write_json(marker, {"kind": kind, "version": reached}),
    )
    shutil.copyfile(settings.project / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    return kind


def kind_of(settings: Settings) -> Kind:
    """Return the kind of the home, or of the one that would be created."""
    marker = settings.home / "home.json"
    if not marker.exists():
        if settings.warehouse.exists():
            raise Refused(
                f"{settings.home} holds a warehouse but no home.json, so its kind is unknown; "
                "restore home.json from a backup or set ENGINEROOM_HOME to a new folder"
            )
        return settings.kind or "sandbox"
    try:
        kind = json.loads(marker.read_text("utf-8"))["kind"]
    except (ValueError, KeyError, TypeError):
        kind = None
    version = int(read_json(marker).get("version") or 1)
    if version > migrations.VERSION:
        raise Refused(
            f"{settings.home} was written by a newer Engine Room (its state has version {version}, "
            f"this one knows {migrations.VERSION}); install that one, nothing was touched"
        )
    if kind not in ("sandbox", "real"):
        raise Refused(f"{marker} names no kind (sandbox or real); restore it from a backup")
    if settings.kind and settings.kind != kind:
        raise Refused(
            f"{settings.home} is a {kind} home and ENGINEROOM_KIND asks for {settings.kind}; "
            "made-up and real data never share a home: set ENGINEROOM_HOME to another folder"
        )
    return kind


def clock(settings: Settings) -> datetime:
    """Return the instant of a run (naive UTC).

    Real homes use the wall clock. Sandbox homes use AS_OF, else the clock that the sandbox was last
    set to. Raises Refused where time would run backwards: versions are dated by it.
    """
    if kind_of(settings) == "real":
        if settings.as_of:
            raise Refused("AS_OF steers sandbox homes only; unset it to run a real home")
        return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    remembered = read_json(settings.home / "sandbox" / "clock.json").get("as_of")
    last = datetime.fromisoformat(remembered) if remembered else None
    if settings.as_of and last and settings.as_of < last:
        raise Refused(
            f"AS_OF={settings.as_of.isoformat()}Z lies before {last.isoformat()}Z, which this home "
            "has already seen; leave AS_OF unset, choose a later one, or use a new ENGINEROOM_HOME"
        )
    return settings.as_of or last or DEFAULT_AS_OF


def remember_clock(settings: Settings, as_of: datetime) -> None:
    """Keep the sandbox's clock for runs that name none."""
    folder = settings.home / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "clock.json", {"as_of": as_of.isoformat()})


def keep_company(settings: Settings) -> None:
    """Write down whose data this home holds; raises Refused where it holds another company's."""
    check_company(settings)
    folder = settings.home / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / COMPANY, {"seed": settings.seed, "scale": settings.scale})


def check_company(settings: Settings) -> None:
    """Raise Refused where SEED or SCALE ask for another company than the home's."""
    told = read_json(settings.home / "sandbox" / COMPANY)
    if not (told and settings.warehouse.exists()):
        return
    if (told.get("seed"), told.get("scale")) != (settings.seed, settings.scale):
        raise Refused(
            f"{settings.home} holds the company of SEED={told.get('seed')} "
            f"SCALE={told.get('scale'):g}; leave both unset, or set ENGINEROOM_HOME to a new "
            f"folder for SEED={settings.seed} SCALE={settings.scale:g}"
        )


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a file of the home; empty where it is missing or torn."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file of the home so that readers see the old or the new one, never a part."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
