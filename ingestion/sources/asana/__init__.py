"""Asana API 1.0 -> raw_asana, read only: projects, tasks, and the stories of what became of them.

Workspaces, users and projects are listed whole each time. Tasks can be asked for by what was
modified since (not by a subtask: those have no list of their own, so parents with an open one are
asked each time). A story is a line of a task's history, kept by Asana and without a filter: it is
asked for where a task moved. A deleted task is in no list and no error names it, so a weekly list
of all finds it. Tokens of a person and of an OAuth app are read alike; no version stands in the
path, changes are announced by headers (Asana-Enable, Asana-Disable).
Source of the facts: the vendor's OpenAPI description (github.com/Asana/openapi), its guides on
pagination, batch requests and rate limits, and its client for Python, asana 5.4.0.
"""

from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.auth import APP, app_or_token, secrets_of
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Table, Yield, asking
from ingestion.errors import LoadFailed
from ingestion.guards import refuse_emptied
from ingestion.http import Budget, Clock, Session
from ingestion.shape import picked
from ingestion.sources.asana import tables
from ingestion.sources.asana.lists import ACTIONS, ROOT, Inner, Records, batched, pages
from ingestion.sources.asana.work import gid_of, is_since, read_stories, read_tasks, values_page

TOKEN_URL = "https://app.asana.com/-/oauth_token"
PROJECT = (("resource_type", "project"),)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield what is listed whole, the tasks that moved, and the stories of those."""
    since = _since(ctx)
    workspaces = yield from _listed(ctx, tables.WORKSPACES, "/workspaces", [{}])
    inside = [{"workspace": gid} for gid in _chosen(ctx, workspaces)]
    yield from _listed(ctx, tables.USERS, "/users", inside)
    projects = yield from _listed(
        ctx, tables.PROJECTS, "/projects", inside, fields=tables.PROJECT_FIELDS
    )
    values = values_page("project", projects)
    yield values
    keys = {(row["resource_gid"], str(row["custom_field_gid"])) for row in values.rows}
    yield Sweep(values.table, frozenset(keys), PROJECT)
    gids = [gid for each in projects if (gid := gid_of(each))]
    moved, touched = yield from read_tasks(ctx, gids, since)
    is_whole = since is None or ctx.sweep_due
    renamed = {gid_of(each) for each in projects if is_since(each.get("modified_at"), since)}
    yield from _within(
        ctx,
        tables.SECTIONS,
        [
            Inner(gid, f"/projects/{gid}/sections")
            for gid in gids
            if is_whole or gid in touched | renamed
        ],
        is_whole=is_whole,
    )
    yield from _within(
        ctx,
        tables.STATUS_UPDATES,
        [
            Inner(gid, "/status_updates", {"parent": gid})
            for each in projects
            if (gid := gid_of(each)) and (is_whole or _has_news(each, since))
        ],
        is_whole=is_whole,
    )
    yield from read_stories(ctx, moved)
    ctx.advance("tasks", ctx.as_of.isoformat())


def _since(ctx: Extraction) -> datetime | None:
    """Return the instant from which tasks are asked for; None where all of them are."""
    if ctx.window:
        first = ctx.window[0]
        return datetime(first.year, first.month, first.day, tzinfo=UTC)
    known = ctx.cursor("tasks", "")
    lag = timedelta(minutes=int(ctx.config.get("lag_minutes", 60)))
    return datetime.fromisoformat(known) - lag if known else None


def _listed(
    ctx: Extraction, table: Table, path: str, asked: list[dict[str, str]], fields: str = ""
) -> Generator[Yield, None, Records]:
    """Yield a list that is read whole, and the sweep of it; return its records."""
    names = [column.name for column in table.columns]
    found: Records = []
    for each in asked:
        for records in pages(ctx, path, fields or tables.fields(table), **each):
            yield Page(table.name, [picked(record, names) for record in records])
            found += records
    refuse_emptied(ctx, f"asana {table.name}", len(found))
    yield Sweep(table.name, frozenset((gid,) for each in found if (gid := gid_of(each))))
    return found


def _within(
    ctx: Extraction, table: Table, inner: list[Inner], *, is_whole: bool
) -> Iterator[Yield]:
    """Yield a list of each project, whole; with all of them, the rest is gone with its project."""
    names = [column.name for column in table.columns]
    keys: set[tuple[str, ...]] = set()
    for owner, records in batched(ctx, inner, tables.fields(table)):
        rows = [{**picked(each, names), "project_gid": owner} for each in records or ()]
        keys |= {(gid,) for each in records or () if (gid := gid_of(each))}
        yield Page(table.name, rows, ((owner,),))
    if is_whole:
        yield Sweep(table.name, frozenset(keys))


def _chosen(ctx: Extraction, workspaces: Records) -> list[str]:
    """Return the workspaces that are read; raises LoadFailed where a chosen one is not there."""
    known = [gid for each in workspaces if (gid := gid_of(each))]
    wanted = [part.strip() for part in str(ctx.config.get("workspaces") or "").split(",")]
    wanted = [gid for gid in wanted if gid]
    if unseen := set(wanted) - set(known):
        raise LoadFailed(
            f"asana: the token sees no workspace {', '.join(sorted(unseen))}. Check `workspaces` "
            "of asana in config/sources.yml."
        )
    return wanted or known


def _has_news(project: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether the newest status update is newer than the last load; one without any has none."""
    newest = project.get("current_status_update")
    return isinstance(newest, Mapping) and is_since(newest.get("created_at"), since)


def _first(ctx: Extraction, path: str, **asked: str) -> str:
    """Return the id of the first record of a list, "" where it has none."""
    body = ctx.http.get(f"{ROOT}{path}", {"limit": 1, **asked})
    return gid_of((body.get("data") or [{}])[0])


def _first_project(ctx: Extraction) -> str:
    return _first(ctx, "/projects", workspace=_first(ctx, "/workspaces"))


def _one_task(ctx: Extraction) -> str:
    return _first(ctx, "/tasks", project=_first_project(ctx))


def _its_stories(ctx: Extraction) -> object:
    task = _one_task(ctx)
    return task and _first(ctx, f"/tasks/{task}/stories")


def _its_sections(ctx: Extraction) -> object:
    return _first(ctx, f"/projects/{_first_project(ctx)}/sections")


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one token; each list of a batch counts as a call."""
    calls = int(config.get("calls_per_10_seconds", 120))
    return Session(
        str(config["base_url"]),
        auth=app_or_token(config, TOKEN_URL, {}),
        budgets=(Budget(calls, 10.0), Budget(max(1, calls // ACTIONS), 10.0, f"{ROOT}/batch")),
        secrets=secrets_of(config),
        clock=clock,
    )


ASANA = Source(
    name="asana",
    kind="work",
    title="Asana",
    tables=(
        *(tables.WORKSPACES, tables.USERS, tables.PROJECTS, tables.SECTIONS, tables.TASKS),
        *(tables.MEMBERSHIPS, tables.DEPENDENCIES, tables.VALUES, tables.STORIES),
        tables.STATUS_UPDATES,
    ),
    extract=extract,
    required=("base_url", "access_token"),
    secrets=("access_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", "https://app.asana.com", "the address of the API"),
        Setting("token_url", TOKEN_URL, "where the tokens of an OAuth app come from"),
        Setting(
            "workspaces",
            "",
            "ids of the workspaces to read, with commas between; all that the token sees where "
            "it is empty",
        ),
        Setting(
            "calls_per_10_seconds",
            120,
            "pace; a paid domain allows a token 1,500 calls a minute, a free one 150 (set 12); "
            "the lists of a batch are counted apart, as many again",
        ),
        Setting("lag_minutes", 60, "tasks modified shortly before the last load are read again"),
        Setting("sweep_days", 7, "days between two full lists, which find deleted tasks"),
    ),
    sandbox={"access_token": "2/1200000000000001/sandbox:token"},
    api=Api(
        "1.0",
        None,
        "the vendor's OpenAPI description names 1.0 and no end of it (github.com/Asana/openapi); "
        "breaking changes are announced one by one, by the headers Asana-Enable and Asana-Disable",
    ),
    notes=Notes(
        reads="Workspaces, users, projects (archived ones too) with their sections and status "
        "updates; tasks, milestones, approvals and subtasks with the projects they are in, what "
        "they wait for and the values of custom fields; the stories that tell each change.",
        cursor="Tasks are asked for by `modified_since`, and the stories of those that come; "
        "projects, users and workspaces are listed whole each time.",
        lookback="Tasks of the hour before the last load are read again, and all tasks once a "
        "week: a deleted one is in no list. Parents of open subtasks are asked each time.",
        limits="1,500 calls a minute on a paid domain and 150 on a free one, the ten lists of a "
        "batch counted each; a 429 is waited for as long as it says. An offset lives a quarter of "
        "an hour: a list whose offset expired is read again.",
        scopes=(
            ("workspaces:read", "finds the workspaces"),
            ("users:read", "who the assignees and approvers are"),
            ("projects:read", "projects and their status updates"),
            ("project_sections:read", "the sections that tasks stand in"),
            ("tasks:read", "tasks, subtasks, milestones and approvals"),
            ("stories:read", "when a task moved, was approved, or came back"),
        ),
        blind=(
            "What the token's owner cannot see: private projects that are not shared with them.",
            "Tasks in no project; one taken out of its last project looks like a deleted one.",
            "Until the weekly list: deleted tasks, and a completed subtask that was changed again.",
            "What people wrote: texts of comments, notes and status updates are not asked for.",
        ),
    ),
    asks={
        "workspaces:read": asking(f"{ROOT}/workspaces", limit=1),
        "users:read": asking(f"{ROOT}/users", limit=1),
        "projects:read": _first_project,
        "project_sections:read": _its_sections,
        "tasks:read": _one_task,
        "stories:read": _its_stories,
    },
)
