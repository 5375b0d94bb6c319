"""A piece of work as the company's tool remembers it: a task, and every event that befell it."""

from dataclasses import dataclass, field

from ingestion.sandbox.launches import Launch

# Projects that are always there, and the sections of those and of a launch.
CALENDAR, BACKLOG = 0, 1
TODO, DOING, REVIEW, DONE = "To do", "In progress", "In review", "Done"
PLANNED, SCHEDULED, PUBLISHED = "Planned", "Scheduled", "Published"
IDEAS = "Ideas"


@dataclass(frozen=True)
class Event:
    """One change of a task: its kind is the word that the tool has for it."""

    at: int
    kind: str
    by: int
    old: str | int | None = None
    new: str | int | None = None
    place: int | None = None


@dataclass
class Piece:
    """A task with all that ever happened to it. `gone` is the instant of its deletion."""

    number: int
    name: str
    kind: str
    created: int
    by: int
    launch: Launch | None
    parent: int | None = None
    needs: tuple[int, ...] = ()
    channel: str = ""
    minutes: int | None = None
    post: bool = False
    link: str = ""
    page: str = ""
    gone: int | None = None
    events: list[Event] = field(default_factory=list)

    def add(
        self,
        at: int,
        kind: str,
        by: int,
        *,
        place: int | None = None,
        old: str | int | None = None,
        new: str | int | None = None,
    ) -> None:
        """Note an event; `old` and `new` are what it changed from and to."""
        self.events.append(Event(at, kind, by, old, new, place))
