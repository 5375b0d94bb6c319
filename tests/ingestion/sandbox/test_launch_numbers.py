"""Staged work of launches, worked out again from raw rows in plain Python, for two companies."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from live_sandbox import AS_OF, serving

from benchmarks.model_sql import rendered
from ingestion.sandbox.wire import asana

pytestmark = pytest.mark.slow

MODELS = ("projects", "tasks", "task_projects", "task_events", "people", "fields")
NOW = AS_OF.replace(tzinfo=None)
STORIES = (
    "gid, task_gid, resource_subtype, created_at, old_approval_status, new_approval_status, "
    "old_section__name, new_section__name, old_dates__due_on, new_dates__due_on, assignee__gid, "
    "old_enum_value__name, new_enum_value__name"
)
KINDS = {
    "marked_complete": "completed",
    "marked_incomplete": "reopened",
    "added_to_project": "project",
    "removed_from_project": "project",
    "comment_added": "comment",
}


@dataclass(frozen=True)
class Home:
    """What was loaded and staged of one company, and what was planted in it."""

    connection: duckdb.DuckDBPyConnection
    traps: list[tuple[str, str, str, str, str]]

    def raw(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module", params=[5, 29])
def home(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Home]:
    folder: Path = tmp_path_factory.mktemp("launches")
    with serving(seed=request.param, scale=0.004) as live:
        for source in ("asana", "linkedin_pages"):
            live.load(source, folder)
        traps = list(asana.planted(live.world.company))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema staging")
        connection.execute("set search_path = 'raw_asana'")
        for model in MODELS:
            name = f"stg_asana__work_{model}"
            connection.execute(f"create table staging.{name} as {rendered(name)}")
        yield Home(connection, traps)


def planted(home: Home, kind: str) -> set[str]:
    return {key for name, _, _, key, _ in home.traps if name == kind}


def stories(home: Home) -> list[tuple[Any, ...]]:
    return home.raw(f"select {STORIES} from raw_asana.stories where _dlt_valid_to is null")


def told(row: tuple[Any, ...]) -> tuple[str, Any, Any]:
    """Return the kind of an event and what it changed, by the fields that the story has."""
    _, _, word, _, old, new, was_in, is_in, was_due, is_due, taker, was_set, is_set = row
    if new is not None:
        return "approval", old, new
    if is_in is not None:
        return "section", was_in, is_in
    if is_set is not None:
        return "field", was_set, is_set
    if word == "due_date_changed":
        return "due_date", was_due and was_due.isoformat(), is_due and is_due.isoformat()
    if word == "assigned":
        return "assignee", None, taker
    return KINDS[word], None, None


def test_every_event_is_staged_as_its_story_tells_it(home: Home) -> None:
    expected = {row[0]: (row[1], row[3], *told(row)) for row in stories(home) if row[3] <= NOW}
    staged = home.raw(
        "select event_id, task_id, occurred_at, event_type, "
        "case when event_type <> 'project' then from_value end, "
        "case when event_type <> 'project' then to_value end "
        "from staging.stg_asana__work_task_events"
    )
    assert len(expected) > 2_000
    assert {id_: tuple(rest) for id_, *rest in staged} == expected


def test_milestones_are_as_late_as_was_planted(home: Home) -> None:
    """By the first day that was planned for going live and the day on which it did."""
    due: dict[str, list[tuple[datetime, date]]] = defaultdict(list)
    for row in stories(home):
        if row[9] is not None:
            due[row[1]].append((row[3], row[9]))
    live = home.raw(
        "select t.task_id, p.project_id, t.completed_at from staging.stg_asana__work_tasks t "
        "join staging.stg_asana__work_task_projects p using (task_id) "
        "where t.task_type = 'milestone' and t.task_name = 'Live' and t.is_completed"
    )
    late = {project for task, project, at in live if at.date() > min(due[task])[1]}
    seen = {project for _, project, _ in live}
    assert len(seen) > 20
    assert late
    assert late == planted(home, "launch_late") & seen


def test_a_launch_goes_live_with_its_announcement(home: Home) -> None:
    """The milestone is ticked off half an hour after the post came out on LinkedIn."""
    live = home.raw(
        "select t.completed_at, f.text_value from staging.stg_asana__work_tasks t "
        "join staging.stg_asana__work_task_projects p using (task_id) "
        "join staging.stg_asana__work_fields f on f.record_id = p.project_id "
        "where t.task_name = 'Live' and t.is_completed and f.field_name = 'Campaign'"
    )
    out = dict(home.raw("select published_at, commentary from raw_linkedin_pages.posts"))
    found = {at - timedelta(minutes=30): slug for at, slug in live}
    assert len(found) > 20
    told = {at: slug for at, slug in found.items() if at in out}
    # What LinkedIn deleted before the first load is not there any more.
    assert len(told) >= len(found) - 3
    assert all(f"utm_campaign={slug}" in out[at] for at, slug in told.items())


def test_approvals_took_and_came_back_as_the_history_tells(home: Home) -> None:
    """Hours in review, from being put there until a decision; and how often work came back."""
    history: dict[str, list[tuple[datetime, str, Any]]] = defaultdict(list)
    for row in stories(home):
        kind, _, new = told(row)
        if kind in ("section", "approval"):
            history[row[1]].append((row[3], kind, new))
    waited: dict[str, timedelta] = {}
    back: dict[str, int] = defaultdict(int)
    for task, events in history.items():
        since = None
        for at, kind, new in sorted(events):
            if kind == "section" and new == "In review":
                since = at
            if kind == "approval" and new != "pending":
                assert since is not None
                waited[task] = waited.get(task, timedelta()) + at - since
                back[task] += new != "approved"
    staged = home.raw(
        """
        with decided as (
            select task_id, occurred_at as decided_at, to_value
            from staging.stg_asana__work_task_events
            where event_type = 'approval' and to_value <> 'pending'
        ),
        asked as (
            select task_id, occurred_at as asked_at from staging.stg_asana__work_task_events
            where event_type = 'section' and to_value = 'In review'
        ),
        paired as (
            select
                decided.task_id, decided.decided_at, decided.to_value,
                max(asked.asked_at) as put_at
            from decided inner join asked
            on decided.task_id = asked.task_id and asked.asked_at <= decided.decided_at
            group by 1, 2, 3
        )
        select
            task_id, sum(epoch(decided_at) - epoch(put_at)),
            count(*) filter (to_value <> 'approved')
        from paired group by 1
        """
    )
    assert {task: timedelta(seconds=taken) for task, taken, _ in staged} == waited
    assert {task: times for task, _, times in staged if times} == {
        task: times for task, times in back.items() if times
    }
    assert {task for task, times in back.items() if times} <= planted(home, "approval_sent_back")
    assert sum(back.values()) > 10


def test_an_approval_of_the_status_now_agrees_with_its_history(home: Home) -> None:
    last: dict[str, str] = {}
    for row in sorted(stories(home), key=lambda row: row[3]):
        if row[5] is not None:
            last[row[1]] = row[5]
    held = home.raw(
        "select task_id, approval_status, is_completed from staging.stg_asana__work_tasks "
        "where task_type = 'approval' and not is_deleted"
    )
    assert {task: last.get(task, "pending") for task, _, _ in held} == {
        task: status for task, status, _ in held
    }
    # An approval that was sent back counts as done, as the tool has it.
    assert all(is_done == (status != "pending") for _, status, is_done in held)


def test_people_and_projects_are_those_that_the_tasks_name(home: Home) -> None:
    people = {
        row[0] for row in home.raw("select person_native_id from staging.stg_asana__work_people")
    }
    named = home.raw(
        "select distinct assignee_id from staging.stg_asana__work_tasks where not is_deleted "
        "union select distinct actor_id from staging.stg_asana__work_task_events "
        "union select distinct owner_id from staging.stg_asana__work_projects"
    )
    # One who left before the first load is known by their number alone.
    unknown = {id_ for (id_,) in named if id_} - people
    assert unknown <= planted(home, "colleague_left")
    [(strays,)] = home.raw(
        "select count(*) from staging.stg_asana__work_task_projects t "
        "left join staging.stg_asana__work_projects p using (project_id) where p.project_id is null"
    )
    assert strays == 0
