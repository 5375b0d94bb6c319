"""The tasks of the projects, what hangs on them, and the stories of those that moved."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.contract import Extraction, Page, Sweep, Yield, in_utc
from ingestion.guards import refuse_emptied
from ingestion.shape import picked
from ingestion.sources.asana.lists import Inner, Records, batched, pages
from ingestion.sources.asana.tables import (
    DEPENDENCIES,
    MEMBERSHIPS,
    STORIES,
    TASK_FIELDS,
    TASKS,
    VALUES,
    fields,
)

# Values of a custom field by its kind: the one that is not empty is the value.
_HOLDS = (
    *("enum_value", "number_value", "text_value", "date_value", "multi_enum_values"),
    "people_value",
)
_PARENTS = "open_parents"
_SWEPT = (TASKS, MEMBERSHIPS, DEPENDENCIES, VALUES)
_KEYS = {table.name: table.key for table in _SWEPT}
_OWNER = ("resource_gid", "resource_type", "custom_field_gid")
_OF_A_FIELD = [each.name for each in VALUES.columns if each.name not in _OWNER]


@dataclass
class _Taken:
    """What the tasks read so far have told: which moved, which have subtasks, which are there."""

    since: datetime | None
    is_whole: bool
    moved: dict[str, None] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)
    keys: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)

    def pages(self, records: Records, *, is_moved: bool) -> Iterator[Page]:
        """Yield the rows of tasks; those of a list that has no filter moved if they say so."""
        for record in records:
            gid = gid_of(record)
            if gid and (is_moved or is_since(record.get("modified_at"), self.since)):
                self.moved[gid] = None
            if gid and record.get("num_subtasks") not in (None, 0):
                self.parents.add(gid)
        for page in task_pages(records):
            if self.is_whole:
                self.keys.setdefault(page.table, set()).update(_keys(page))
            yield page

    def sweeps(self) -> Iterator[Sweep]:
        """Yield what is there, once everything was read."""
        for table in _SWEPT:
            scope = (("resource_type", "task"),) if table is VALUES else ()
            yield Sweep(table.name, frozenset(self.keys.get(table.name, ())), scope)


def read_tasks(
    ctx: Extraction, projects: list[str], since: datetime | None
) -> Generator[Yield, None, tuple[dict[str, None], set[str]]]:
    """Yield the tasks modified since; all of them on a first load and where a sweep is due.

    Returns the tasks whose stories may be new, and the projects that they are in.
    """
    asked = {} if since is None else {"modified_since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
    taken = _Taken(since, since is None or ctx.sweep_due)
    touched: set[str] = set()
    for project in projects:
        for records in pages(ctx, "/tasks", TASK_FIELDS, project=project, **asked):
            touched |= {project} if records else set()
            yield from taken.pages(records, is_moved=True)
    for project in projects if taken.is_whole and asked else ():
        for records in pages(ctx, "/tasks", TASK_FIELDS, project=project):
            yield from taken.pages(records, is_moved=False)
    yield from _read_subtasks(ctx, taken, set(ctx.state.get(_PARENTS, ())) if asked else set())
    if taken.is_whole and ctx.window is None:
        refuse_emptied(ctx, "asana tasks", len(taken.keys.get(TASKS.name, ())))
        yield from taken.sweeps()
    return taken.moved, touched


def _read_subtasks(ctx: Extraction, taken: _Taken, waiting: set[str]) -> Iterator[Page]:
    """Yield the parts of tasks, down to the last.

    A subtask moves without its parent, so those with an open one are kept for the next load.
    """
    still_open: set[str] = set()
    done: set[str] = set()
    while ask := sorted((taken.parents | waiting) - done):
        done |= set(ask)
        inner = [Inner(gid, f"/tasks/{gid}/subtasks") for gid in ask]
        for parent, records in batched(ctx, inner, TASK_FIELDS):
            if any(record.get("completed") is not True for record in records or ()):
                still_open.add(parent)
            yield from taken.pages(records or [], is_moved=False)
    if ctx.window is None:
        ctx.state[_PARENTS] = sorted(still_open)


def read_stories(ctx: Extraction, tasks: Iterable[str]) -> Iterator[Page]:
    """Yield the whole history of each task; a story has the fields of its kind only."""
    empty = dict.fromkeys(column.name for column in STORIES.columns)
    inner = [Inner(gid, f"/tasks/{gid}/stories") for gid in tasks]
    for task, records in batched(ctx, inner, fields(STORIES)):
        if records is not None:
            rows = [{**empty, **picked(each, empty), "task_gid": task} for each in records]
            yield Page(STORIES.name, rows, ((task,),))


def task_pages(records: Records) -> list[Page]:
    """Return the rows of tasks, and those of the lists within them, each whole."""
    named = [(gid, record) for record in records if (gid := gid_of(record))]
    units = tuple((gid,) for gid, _ in named)
    names = [column.name for column in TASKS.columns]
    # Only an approval has the field: that a day's tasks are without it tells nothing of the vendor.
    rows = [{"approval_status": None, **picked(record, names)} for record in records]
    memberships = [
        {"task_gid": gid, **_membership(each)}
        for gid, record in named
        for each in record.get("memberships") or ()
    ]
    needed = [
        {"task_gid": gid, "depends_on_gid": each.get("gid")}
        for gid, record in named
        for each in record.get("dependencies") or ()
    ]
    return [
        Page(TASKS.name, rows),
        Page(MEMBERSHIPS.name, memberships, units),
        Page(DEPENDENCIES.name, needed, units),
        values_page("task", records),
    ]


def values_page(kind: str, records: Records) -> Page:
    """Return the values of custom fields of tasks or projects; a field without one has no row."""
    named = [(gid, record) for record in records if (gid := gid_of(record))]
    rows = [
        {"resource_gid": gid, "resource_type": kind, **_value(each)}
        for gid, record in named
        for each in record.get("custom_fields") or ()
        if any(each.get(name) not in (None, [], {}) for name in _HOLDS)
    ]
    return Page(VALUES.name, rows, tuple((gid,) for gid, _ in named))


def gid_of(record: Mapping[str, Any]) -> str:
    """Return the id of a record, "" where it has none: it goes to quarantine."""
    return str(record.get("gid") or "")


def is_since(instant: Any, since: datetime | None) -> bool:
    """Whether an instant of the vendor lies at or after ours; one that is none may be anything."""
    try:
        return since is None or in_utc(datetime.fromisoformat(str(instant))) >= since
    except ValueError:
        return True


def _keys(page: Page) -> set[tuple[str, ...]]:
    names = _KEYS[page.table]
    found = [[row.get(name) for name in names] for row in page.rows if isinstance(row, dict)]
    return {tuple(str(part) for part in key) for key in found if None not in key}


def _membership(each: Mapping[str, Any]) -> dict[str, Any]:
    names = ("project__gid", "section__gid", "section__name")
    return {name.replace("__", "_"): value for name, value in picked(each, names).items()}


def _value(held: Mapping[str, Any]) -> dict[str, Any]:
    people = [each.get("gid") for each in held.get("people_value") or ()]
    return {
        **dict.fromkeys(_OF_A_FIELD),
        **picked(held, _OF_A_FIELD),
        "custom_field_gid": held.get("gid"),
        "multi_enum_values": held.get("multi_enum_values") or None,
        "people_value": people or None,
    }
