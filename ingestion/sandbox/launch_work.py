"""The work of a launch, task by task: every event that its tool would remember, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from ingestion.sandbox.company import DAY, HOUR
from ingestion.sandbox.launch_faults import LATE, MISSING, link_of
from ingestion.sandbox.launch_pieces import (
    BACKLOG,
    CALENDAR,
    DOING,
    DONE,
    IDEAS,
    PLANNED,
    PUBLISHED,
    REVIEW,
    SCHEDULED,
    TODO,
    Event,
    Piece,
)
from ingestion.sandbox.launches import (
    ANALYTICS,
    CHIEF,
    COPY,
    DESIGN,
    EMAIL,
    HANDOVER,
    LEAD,
    LEGAL,
    NEW_COPY,
    SOCIAL,
    WEB,
    Launch,
    local_day,
)

LIVE = "Live"
MINUTE = 60_000
# The milestone is ticked off half an hour after the announcement came out.
LIVE_AFTER = 30 * MINUTE


@dataclass(frozen=True)
class Step:
    """A step of every launch: from which share of its time to which, and what it waits for."""

    name: str
    kind: str
    role: int
    begins: float
    ends: float
    needs: tuple[int, ...] = ()


STEPS = (
    Step("Brief written", "default_task", LEAD, 0.02, 0.10),
    Step("Brief approved", "approval", CHIEF, 0.11, 0.20, (0,)),
    Step("Audience list", "default_task", ANALYTICS, 0.22, 0.34, (1,)),
    Step("Copy drafted", "default_task", COPY, 0.22, 0.40, (1,)),
    Step("Creative designed", "default_task", DESIGN, 0.24, 0.48, (1,)),
    Step("Creative approved", "approval", LEAD, 0.50, 0.66, (4,)),
    Step("Landing page built", "default_task", WEB, 0.42, 0.70, (3,)),
    Step("Tracking links tagged", "default_task", ANALYTICS, 0.71, 0.76, (6,)),
    Step("Legal check", "approval", LEGAL, 0.72, 0.88, (3,)),
    Step("E-mail built", "default_task", EMAIL, 0.68, 0.90, (3, 5)),
    Step("Announcement scheduled", "default_task", SOCIAL, 0.90, 0.97, (5, 8)),
    Step(LIVE, "milestone", LEAD, 0.98, 1.0, (9, 10)),
    Step("Results reviewed", "milestone", LEAD, 1.05, 1.33, (11,)),
)
SUBTASKS = ("Banner set", "Video cut")
# The places of the landing page, of the links, and of the approvals that may be forgotten.
BUILT, TAGGED, GATES = 6, 7, (5, 8)


def pieces(seed: int, launch: Launch) -> Iterator[Piece]:
    """Yield the tasks of a launch; numbers of one launch begin at its own hundred."""
    rng = Random(f"{seed}/launch/{launch.number}/work")
    made = [_piece(launch, place) for place in range(len(STEPS))]
    for place, piece in enumerate(made):
        _work(rng, launch, piece, STEPS[place], made)
    _go_wrong(seed, launch, made)
    made += _subtasks(rng, launch, made[4]) if launch.number % 2 == 0 else []
    made += _extras(launch)
    for piece in made:
        piece.events.sort(key=lambda event: event.at)
        _hand_over(piece)
        if launch.called_off:
            called_off = launch.called_off
            piece.events = [event for event in piece.events if event.at < called_off]
        yield piece


def project_of(launch: Launch) -> int:
    """Return the number of a launch's project."""
    return 10 + launch.number


def share_of(launch: Launch, share: float, end: int) -> int:
    """Return the instant at a share of the time from the beginning to an end."""
    return launch.created + int((end - launch.created) * share) // MINUTE * MINUTE


def _piece(launch: Launch, place: int) -> Piece:
    step = STEPS[place]
    base = 100 * (launch.number + 1)
    piece = Piece(
        base + place,
        step.name,
        step.kind,
        launch.created + place * MINUTE,
        LEAD,
        launch,
        needs=tuple(base + each for each in step.needs),
        channel={EMAIL: "E-mail", WEB: "Web", SOCIAL: "Social"}.get(step.role, ""),
        post=step.role == SOCIAL,
    )
    _begin(piece, project_of(launch), TODO, step.role)
    piece.add(piece.created, "due_date_changed", LEAD, new=_due(launch, step))
    if piece.post:
        piece.add(piece.created + MINUTE, "added_to_project", LEAD, place=CALENDAR, new=PLANNED)
    return piece


def _begin(piece: Piece, project: int, section: str, role: int) -> None:
    piece.add(piece.created, "added_to_project", piece.by, place=project, new=section)
    piece.add(piece.created, "assigned", piece.by, new=role)


def _due(launch: Launch, step: Step) -> str:
    return local_day(share_of(launch, step.ends, launch.planned))


def _move(piece: Piece, at: int, by: int, old: str, new: str) -> None:
    place = project_of(piece.launch) if piece.launch else CALENDAR
    piece.add(at, "section_changed", by, place=place, old=old, new=new)


def _work(rng: Random, launch: Launch, piece: Piece, step: Step, made: list[Piece]) -> None:
    begins, ends = (share_of(launch, share, launch.end) for share in (step.begins, step.ends))
    piece.minutes = rng.randint(2, 40) * 15 if step.kind == "default_task" else None
    if step.kind == "approval":
        _decide(rng, piece, step.role, begins, ends, made[step.needs[0]])
        return
    if step.name == LIVE:
        ends = launch.end + LIVE_AFTER
        if launch.is_late:
            day = local_day(launch.end)
            at = launch.planned - 3 * DAY
            piece.add(at, "due_date_changed", LEAD, old=_due(launch, step), new=day)
    if step.kind == "default_task":
        _move(piece, begins, step.role, TODO, DOING)
        if rng.random() < 0.15:
            # Something outside holds it up for a third of its time.
            third = (ends - begins) // 3
            piece.add(begins, "enum_custom_field_changed", step.role, new="Working")
            for at, old, new in ((third, "Working", "Blocked"), (2 * third, "Blocked", "Working")):
                at += begins
                piece.add(at, "enum_custom_field_changed", step.role, old=old, new=new)
        if rng.random() < 0.4:
            piece.add(begins + HOUR, "comment_added", step.role)
        if piece.post:
            piece.add(ends, "section_changed", SOCIAL, place=CALENDAR, old=PLANNED, new=SCHEDULED)
            at = launch.end + MINUTE
            piece.add(at, "section_changed", SOCIAL, place=CALENDAR, old=SCHEDULED, new=PUBLISHED)
    _move(piece, ends, step.role, DOING if step.kind == "default_task" else TODO, DONE)
    piece.add(ends, "marked_complete", step.role)


def _decide(
    rng: Random, piece: Piece, approver: int, asked: int, ends: int, subject: Piece
) -> None:
    """An approval: asked for, perhaps sent back once, and given; what came back is done again."""
    _move(piece, asked, LEAD, TODO, REVIEW)
    first = rng.choices(("approved", "changes_requested", "rejected"), (0.65, 0.27, 0.08))[0]
    if first != "approved":
        share = (ends - asked) // 10
        back, again = asked + 4 * share, asked + 8 * share
        piece.add(back, "approval", approver, old="pending", new=first)
        _move(piece, back, approver, REVIEW, DOING)
        maker = STEPS[subject.number % 100].role
        subject.add(back + HOUR, "marked_incomplete", maker)
        _move(subject, back + HOUR, maker, DONE, DOING)
        _move(subject, again - HOUR, maker, DOING, DONE)
        subject.add(again - HOUR, "marked_complete", maker)
        piece.add(again, "approval", LEAD, old=first, new="pending")
        _move(piece, again, LEAD, DOING, REVIEW)
    piece.add(ends, "approval", approver, old="pending", new="approved")
    _move(piece, ends, approver, REVIEW, DONE)


def _go_wrong(seed: int, launch: Launch, made: list[Piece]) -> None:
    """Write down the link and the page; take an approval away, or let it come when all is live."""
    bad = launch.faults.has_bad_link
    made[TAGGED].link = link_of(seed, launch.number, launch.slug, is_bad=bad)
    made[BUILT].page = launch.page
    if launch.faults.approval not in (MISSING, LATE):
        return
    rng = Random(f"{seed}/launch/{launch.number}/faults")
    piece, delay = made[rng.choice(GATES)], rng.randint(3, 60) * HOUR
    given = [event for event in piece.events if event.new in ("approved", DONE)]
    piece.events = [event for event in piece.events if event not in given]
    if launch.faults.approval == LATE:
        piece.events += [replace(event, at=launch.end + delay) for event in given]


def _subtasks(rng: Random, launch: Launch, parent: Piece) -> list[Piece]:
    found = []
    for place, name in enumerate(SUBTASKS):
        at = parent.created + MINUTE
        number = parent.number + 50 + place
        piece = Piece(number, name, "default_task", at, DESIGN, launch, parent=parent.number)
        piece.add(at, "assigned", DESIGN, new=DESIGN)
        share = STEPS[4].begins + (0.08 + 0.06 * place) + rng.random() * 0.04
        piece.add(share_of(launch, share, launch.end), "marked_complete", DESIGN)
        found.append(piece)
    return found


def _extras(launch: Launch) -> list[Piece]:
    """Tasks that leave the launch again: moved, taken out of every project, or deleted."""
    project, base = project_of(launch), 100 * (launch.number + 1)
    found = []
    for place, (name, is_there) in enumerate(
        (
            ("Partner webinar", launch.number % 5 == 2),
            ("Printed flyer", launch.number % 9 == 4),
            ("Press kit", launch.number % 7 == 3),
        )
    ):
        if is_there:
            at = launch.created + HOUR
            piece = Piece(base + 70 + place, name, "default_task", at, LEAD, launch)
            _begin(piece, project, TODO, LEAD)
            found.append(piece)
    for piece in found:
        leaves = piece.created + 10 * DAY
        if piece.name == "Partner webinar":
            piece.add(leaves, "added_to_project", LEAD, place=BACKLOG, new=IDEAS)
        if piece.name != "Press kit":
            piece.add(leaves, "removed_from_project", LEAD, place=project, old=TODO)
        else:
            piece.gone = leaves
    return found


def _hand_over(piece: Piece) -> None:
    """What is open when a colleague leaves goes to the one who came in their place."""
    before = [event for event in piece.events if event.at < HANDOVER]
    done = [event.kind for event in before if event.kind.startswith("marked_")][-1:]
    owner = [event.new for event in before if event.kind == "assigned"][-1:]
    if owner == [COPY] and done != ["marked_complete"]:
        piece.add(HANDOVER, "assigned", LEAD, old=COPY, new=NEW_COPY)
    after = [event if event.at < HANDOVER else _replaced(event) for event in piece.events]
    piece.events = sorted(after, key=lambda event: event.at)


def _replaced(event: Event) -> Event:
    by = NEW_COPY if event.by == COPY else event.by
    is_given = event.kind == "assigned" and event.new == COPY
    return replace(event, by=by, new=NEW_COPY if is_given else event.new)
