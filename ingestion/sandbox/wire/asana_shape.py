"""How Asana writes its records: long numbers as ids, and compact records within others."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ingestion.sandbox.launch_pieces import BACKLOG, CALENDAR
from ingestion.sandbox.launches import TEAM, Launch
from ingestion.sandbox.wire.encode import iso_ms

KINDS = (
    *("workspace", "user", "project", "section", "task", "story", "custom_field"),
    *("enum_option", "status_update", "team"),
)
SECTIONS = (
    *("To do", "In progress", "In review", "Done"),
    *("Planned", "Scheduled", "Published", "Ideas"),
)


@cache
def gid(kind: str, number: int) -> str:
    """Return the id of a record; no two kinds share one."""
    return str(1_200_000_000_000_000 + KINDS.index(kind) * 10_000_000_000 + number)


def compact(kind: str, number: int, name: str) -> dict[str, Any]:
    """Return a record as it stands within another."""
    named = {} if kind in ("status_update", "story") else {"name": name}
    return {"gid": gid(kind, number), "resource_type": kind, **named}


@cache
def user(number: int) -> dict[str, Any]:
    """Return a colleague as a user."""
    each = TEAM[number]
    return {
        **compact("user", number, f"{each.first} {each.last}"),
        "email": each.email,
        "photo": None,
        "workspaces": [compact("workspace", 0, "Fathom")],
    }


@cache
def who(number: int) -> dict[str, Any]:
    """Return a colleague as they stand within another record."""
    return compact("user", number, user(number)["name"])


def project_name(number: int, launch: Launch | None) -> str:
    """Return the name of a project: a launch's, or one of those that are always there."""
    if number in (CALENDAR, BACKLOG):
        return {CALENDAR: "Editorial calendar", BACKLOG: "Backlog"}[number]
    return f"{launch.title}: launch {launch.number + 1}" if launch else "Copy of Spring Launch"


@cache
def section(project: int, name: str) -> dict[str, Any]:
    """Return a section as it stands within a task."""
    return compact("section", project * 10 + SECTIONS.index(name), name)


def section_body(project: int, name: str, at: int) -> dict[str, Any]:
    """Return a section."""
    held = compact("project", project, "")
    return {**section(project, name), "created_at": iso_ms(at), "project": held}


def project_body(number: int, name: str, at: int, owner: int) -> dict[str, Any]:
    """Return a project as it is when it is new."""
    this = compact("project", number, name)
    return {
        **this,
        "archived": False,
        "color": "light-green",
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "created_at": iso_ms(at),
        "modified_at": iso_ms(at),
        "current_status_update": None,
        "custom_fields": [],
        "default_view": "board",
        "due_on": None,
        "start_on": None,
        "notes": "",
        "owner": who(owner),
        "permalink_url": f"https://app.asana.com/1/{gid('workspace', 0)}/project/{this['gid']}",
        "privacy_setting": "public_to_workspace",
        "team": compact("team", 0, "Marketing"),
        "workspace": compact("workspace", 0, "Fathom"),
    }


def shown(body: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """Return the fields that were asked for, by paths; the id always comes along."""
    wanted: dict[str, list[str]] = {}
    for path in fields.split(","):
        name, _, rest = path.strip().partition(".")
        wanted.setdefault(name, []).extend([rest] if rest else [])
    found = {"gid": body["gid"]} if "gid" in body else {}
    for name, below in wanted.items():
        if name in body:
            found[name] = _below(body[name], ",".join(below))
    return found


def _below(value: Any, fields: str) -> Any:
    if isinstance(value, list):
        return [_below(each, fields) for each in value]
    if not isinstance(value, dict):
        return value
    if fields:
        return shown(value, fields)
    # Asked for by its name alone, a record within comes compact.
    names = ("gid", "resource_type", "name") if "gid" in value else value.keys()
    return {name: value[name] for name in names if name in value}
