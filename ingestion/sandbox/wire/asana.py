"""Asana of the company: its team, the projects of its launches, tasks, stories, status updates."""

from collections.abc import Iterator
from typing import Any

from ingestion.sandbox.announcements import Announcement, announcements
from ingestion.sandbox.company import DAY, HOUR, START, Company
from ingestion.sandbox.launch_pieces import (
    BACKLOG,
    CALENDAR,
    IDEAS,
    PLANNED,
    PUBLISHED,
    SCHEDULED,
    Piece,
)
from ingestion.sandbox.launch_work import pieces, project_of
from ingestion.sandbox.launches import (
    LAUNCHES,
    LEAD,
    SOCIAL,
    TEAM,
    Launch,
    announced_by,
    launches,
    local_day,
)
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.asana_fields import project_fields
from ingestion.sandbox.wire.asana_shape import (
    compact,
    gid,
    project_body,
    project_name,
    section_body,
    user,
    who,
)
from ingestion.sandbox.wire.asana_tasks import CALENDAR_POSTS, task_changes
from ingestion.sandbox.wire.encode import change, iso_ms

# One project is copied by mistake and thrown away three weeks later, a few days after July began.
COPIED, THROWN = START + 530 * DAY + 9 * HOUR, START + 551 * DAY + 9 * HOUR
COPY_PROJECT = 900
COPIED_TASKS = ("Brief written", "Brief approved", "Live")


def changes(company: Company) -> Iterator[Change]:
    """Yield the workspace, its people and projects, and every task whenever it changes."""
    this = compact("workspace", 0, "Fathom")
    workspace = {**this, "is_organization": True, "email_domains": ["fathom.example"]}
    yield change("asana", "workspaces", this["gid"], START, workspace)
    yield from _people()
    for number in (CALENDAR, BACKLOG):
        yield from _standing_project(number)
    for launch in launches(company):
        yield from _project(launch)
        for piece in pieces(company.seed, launch):
            yield from task_changes(company.seed, piece, project_of(launch))
    for piece in calendar(company):
        yield from task_changes(company.seed, piece, CALENDAR)
    yield from _thrown_away(company.seed)


def _people() -> Iterator[Change]:
    for each in TEAM:
        body = user(each.number)
        yield change("asana", "users", body["gid"], each.came, body)
        if each.renamed is not None:
            at, last = each.renamed
            renamed = {**body, "name": f"{each.first} {last}"}
            yield change("asana", "users", body["gid"], at, renamed)
        if each.left is not None:
            yield change("asana", "users", body["gid"], each.left, body, status="deleted")


def _standing_project(number: int) -> Iterator[Change]:
    body = project_body(number, project_name(number, None), START, LEAD)
    yield change("asana", "projects", body["gid"], START, body)
    names = (PLANNED, SCHEDULED, PUBLISHED) if number == CALENDAR else (IDEAS,)
    yield from _sections(number, names, START)


def _sections(project: int, names: tuple[str, ...], at: int) -> Iterator[Change]:
    for name in names:
        body = section_body(project, name, at)
        yield change("asana", "sections", body["gid"], at, body, parent=gid("project", project))


def _project(launch: Launch) -> Iterator[Change]:
    number = project_of(launch)
    body = project_body(number, project_name(number, launch), launch.created, LEAD)
    body["custom_fields"] = project_fields(launch)
    body |= {"start_on": local_day(launch.created), "due_on": local_day(launch.planned)}
    told = list(_told(launch))
    instants = {launch.created, launch.archived, *(at for at, _ in told)}
    if launch.live is not None:
        instants.add(launch.live + DAY)
    for at in sorted(instants):
        is_done = launch.live is not None and at >= launch.live + DAY
        closed = {"completed": True, "completed_at": iso_ms((launch.live or 0) + DAY)}
        closed["completed_by"] = who(LEAD)
        said = [(when, status, place) for place, (when, status) in enumerate(told) if when <= at]
        version = {
            **body,
            **(closed if is_done else {}),
            "archived": at >= launch.archived,
            "current_status_update": _status(number, *said[-1]) if said else None,
            # A status update does not count as a modification of its project.
            "modified_at": iso_ms(_modified(launch, at)),
        }
        yield change("asana", "projects", body["gid"], at, version)
    for place, (at, status) in enumerate(told):
        update = _status(number, at, status, place)
        yield change("asana", "status_updates", update["gid"], at, update, parent=body["gid"])
    yield from _sections(number, ("To do", "In progress", "In review", "Done"), launch.created)


def _modified(launch: Launch, at: int) -> int:
    ended = [] if launch.live is None else [launch.live + DAY]
    return max(each for each in (launch.created, *ended, launch.archived) if each <= at)


def _told(launch: Launch) -> Iterator[tuple[int, str]]:
    """What is said of a launch: on its way, in danger, late, and done or called off."""
    for at, status in (
        (launch.created + 7 * DAY, "on_track"),
        (launch.planned - 8 * DAY, "at_risk" if launch.is_late else "on_track"),
        *([(launch.planned + DAY, "off_track")] if launch.is_late else []),
        *([(launch.live + DAY, "complete")] if launch.live else []),
    ):
        if launch.called_off is None or at < launch.called_off:
            yield at, status
    if launch.called_off is not None:
        yield launch.called_off, "on_hold"


def _status(project: int, at: int, status: str, place: int) -> dict[str, Any]:
    return {
        **compact("status_update", project * 10 + place, ""),
        "title": f"Status Update - {local_day(at)}",
        "resource_subtype": "project_status_update",
        "status_type": status,
        "text": "",
        "author": who(LEAD),
        "created_by": who(LEAD),
        "created_at": iso_ms(at),
        "modified_at": iso_ms(at),
        "parent": compact("project", project, ""),
    }


def calendar(company: Company) -> Iterator[Piece]:
    """Yield the posts that belong to no launch, every second of them, with what became of them."""
    launched = {announced_by(number) for number in LAUNCHES}
    for each in announcements(company):
        if each.number not in launched and each.number % 2 == 0 and each.scheduled is not None:
            yield _post(each)


def _post(told: Announcement) -> Piece:
    at = told.created
    name = f"Post: {told.title}"
    piece = Piece(
        CALENDAR_POSTS + told.number, name, "default_task", at, SOCIAL, None, channel="Social"
    )
    piece.add(at, "added_to_project", SOCIAL, place=CALENDAR, new=PLANNED)
    piece.add(at, "assigned", SOCIAL, new=SOCIAL)
    piece.add(at, "due_date_changed", SOCIAL, new=local_day(told.scheduled or at))
    piece.add(at + 2 * DAY, "section_changed", SOCIAL, place=CALENDAR, old=PLANNED, new=SCHEDULED)
    out = max((target.published or 0 for target in told.targets), default=0)
    if out:
        piece.add(out, "section_changed", SOCIAL, place=CALENDAR, old=SCHEDULED, new=PUBLISHED)
        piece.add(out, "marked_complete", SOCIAL)
    return piece


def _thrown_away(seed: int) -> Iterator[Change]:
    body = project_body(COPY_PROJECT, project_name(COPY_PROJECT, None), COPIED, LEAD)
    yield change("asana", "projects", body["gid"], COPIED, body)
    yield change("asana", "projects", body["gid"], THROWN, body, status="deleted")
    yield from _sections(COPY_PROJECT, ("To do",), COPIED)
    for place, name in enumerate(COPIED_TASKS):
        piece = Piece(90_000 + place, name, "default_task", COPIED, LEAD, None, gone=THROWN)
        piece.add(COPIED, "added_to_project", LEAD, place=COPY_PROJECT, new="To do")
        yield from task_changes(seed, piece, COPY_PROJECT)


def planted(company: Company) -> Iterator[Planted]:
    """Yield what went wrong or went away: kind, source, object, key, note."""
    for launch in launches(company):
        at = ("asana", "projects", gid("project", project_of(launch)))
        if launch.is_late:
            yield "launch_late", *at, local_day(launch.planned)
        if launch.called_off is not None:
            yield "launch_called_off", *at, iso_ms(launch.called_off)
        for piece in pieces(company.seed, launch):
            yield from _planted_task(piece)
    yield "project_deleted", "asana", "projects", gid("project", COPY_PROJECT), iso_ms(THROWN)
    for each in TEAM:
        if each.renamed is not None:
            yield "colleague_renamed", "asana", "users", gid("user", each.number), each.renamed[1]
        if each.left is not None:
            yield "colleague_left", "asana", "users", gid("user", each.number), iso_ms(each.left)


def _planted_task(piece: Piece) -> Iterator[Planted]:
    at = ("asana", "tasks", gid("task", piece.number))
    for event in piece.events:
        if event.kind == "approval" and event.new in ("changes_requested", "rejected"):
            yield "approval_sent_back", *at, str(event.new)
    left = [event for event in piece.events if event.kind == "removed_from_project"]
    if left:
        kind = "task_moved" if piece.name == "Partner webinar" else "task_removed"
        yield kind, *at, iso_ms(left[0].at)
    if piece.gone is not None:
        yield "task_deleted", *at, iso_ms(piece.gone)
