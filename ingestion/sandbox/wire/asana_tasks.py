"""A piece of work as Asana shows it: a version of the task at each event, and a story of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.sandbox.launch_pieces import Event, Piece
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.adaptlypost import cuid
from ingestion.sandbox.wire.asana_fields import named, option, task_fields
from ingestion.sandbox.wire.asana_shape import compact, gid, project_name, section, who
from ingestion.sandbox.wire.encode import change, iso_ms

# The vendor's description names no word for a change of approval, so whoever reads it goes by the
# fields that such a story alone has.
APPROVED = "approval_status_changed"
CALENDAR_POSTS = 10_000


@dataclass
class Held:
    """What the events so far have made of a task."""

    due: str | None = None
    assignee: int | None = None
    done: Event | None = None
    approval: str = "pending"
    progress: str | None = None
    places: dict[int, str] = field(default_factory=dict)


def task_changes(seed: int, piece: Piece, home: int) -> Iterator[Change]:
    """Yield the versions of a task, where it stands, and its stories."""
    held, key = Held(), gid("task", piece.number)
    parent = "" if piece.parent is None else gid("task", piece.parent)
    instants = sorted({event.at for event in piece.events} | {piece.created})
    for at in instants:
        before = dict(held.places)
        for event in (each for each in piece.events if each.at == at):
            _take(held, event)
        body = _body(seed, piece, held, at)
        yield change("asana", "tasks", key, at, body, parent=parent)
        for project in before.keys() ^ held.places.keys():
            yield _place(key, project, at, is_there=project in held.places)
    for number, event in enumerate(piece.events):
        story = _story(piece, number, event, home)
        yield change("asana", "stories", story["gid"], event.at, story, parent=key)
    if piece.gone is not None:
        body = _body(seed, piece, held, piece.gone)
        yield change("asana", "tasks", key, piece.gone, body, parent=parent, status="deleted")
        for project in held.places:
            yield _place(key, project, piece.gone, is_there=False)


def _place(task: str, project: int, at: int, *, is_there: bool) -> Change:
    where = gid("project", project)
    status = "live" if is_there else "deleted"
    held = {"gid": task}
    return change("asana", "places", f"{where}:{task}", at, held, parent=where, status=status)


def _take(held: Held, event: Event) -> None:
    match event.kind:
        case "due_date_changed":
            held.due = str(event.new)
        case "assigned":
            held.assignee = int(event.new or 0)
        case "added_to_project" | "section_changed":
            held.places[event.place or 0] = str(event.new)
        case "removed_from_project":
            held.places.pop(event.place or 0, None)
        case "marked_complete":
            held.done = event
        case "marked_incomplete":
            held.done = None
        case "enum_custom_field_changed":
            held.progress = str(event.new)
        case "approval":
            held.approval = str(event.new)
            held.done = None if event.new == "pending" else event


def _body(seed: int, piece: Piece, held: Held, at: int) -> dict[str, Any]:
    approval = {"approval_status": held.approval} if piece.kind == "approval" else {}
    done = held.done
    places = [
        {
            "project": compact("project", project, project_name(project, piece.launch)),
            "section": section(project, name),
        }
        for project, name in held.places.items()
    ]
    key = gid("task", piece.number)
    return {
        **compact("task", piece.number, piece.name),
        "resource_subtype": piece.kind,
        **approval,
        "actual_time_minutes": piece.minutes if done else None,
        "assignee": None if held.assignee is None else who(held.assignee),
        "completed": done is not None,
        "completed_at": None if done is None else iso_ms(done.at),
        "completed_by": None if done is None else who(done.by),
        "created_at": iso_ms(piece.created),
        "created_by": who(piece.by),
        "custom_fields": task_fields(
            *(piece.number, piece.channel, held.progress, _post_id(seed, piece)),
            *((piece.link, piece.page) if done else ("", "")),
        ),
        "dependencies": [
            {"gid": gid("task", each), "resource_type": "task"} for each in piece.needs
        ],
        "due_at": None,
        "due_on": held.due,
        "is_rendered_as_separator": False,
        "memberships": places,
        "modified_at": iso_ms(at),
        "notes": "",
        "parent": None if piece.parent is None else compact("task", piece.parent, ""),
        "permalink_url": f"https://app.asana.com/0/0/{key}",
        "projects": [each["project"] for each in places],
        "start_at": None,
        "start_on": None,
        "workspace": compact("workspace", 0, "Fathom"),
    }


def _post_id(seed: int, piece: Piece) -> str | None:
    """Return the id that the publishing tool has for the post that a task is about."""
    told = piece.launch.announcement if piece.launch and piece.post else None
    number = told.number if told else None
    if piece.launch is None and piece.number >= CALENDAR_POSTS and piece.channel:
        number = piece.number - CALENDAR_POSTS
    return None if number is None else cuid(seed, f"post/{number}")


def _story(piece: Piece, number: int, event: Event, home: int) -> dict[str, Any]:
    is_comment = event.kind == "comment_added"
    return {
        **compact("story", piece.number * 100 + number, ""),
        "created_at": iso_ms(event.at),
        "created_by": who(event.by),
        "resource_subtype": APPROVED if event.kind == "approval" else event.kind,
        "source": "web",
        "target": {**compact("task", piece.number, piece.name), "resource_subtype": piece.kind},
        "text": "Done so far, have a look." if is_comment else event.kind.replace("_", " "),
        "type": "comment" if is_comment else "system",
        **_told(piece, event, home),
    }


def _told(piece: Piece, event: Event, home: int) -> dict[str, Any]:
    """Return the fields that only a story of this kind has."""
    place = home if event.place is None else event.place
    match event.kind:
        case "due_date_changed":
            return {"old_dates": _dates(event.old), "new_dates": _dates(event.new)}
        case "assigned":
            return {"assignee": who(int(event.new or 0))}
        case "added_to_project" | "removed_from_project":
            return {"project": compact("project", place, project_name(place, piece.launch))}
        case "section_changed":
            old, new = (section(place, str(name)) for name in (event.old, event.new))
            return {"old_section": old, "new_section": new}
        case "enum_custom_field_changed":
            old = None if event.old is None else option(str(event.old))
            told = {"old_enum_value": old, "new_enum_value": option(str(event.new))}
            return {"custom_field": named("Progress"), **told}
        case "approval":
            return {"old_approval_status": event.old, "new_approval_status": event.new}
    return {}


def _dates(day: Any) -> dict[str, Any]:
    return {"start_on": None, "due_at": None, "due_on": day}
