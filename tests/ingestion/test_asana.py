"""Asana as the connector asks for it: what moved, offsets that expire, ten lists in one batch."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.asana import ASANA, extract, session
from ingestion.sources.asana.lists import Inner, batched, pages
from ingestion.sources.asana.tables import APPROVALS, STORIES, TASKS
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
EARLIER = "2026-06-30T06:00:00+00:00"


def task(gid: str, modified: str = "2026-06-30T12:00:00.000Z", **more: Any) -> dict[str, Any]:
    return {
        "gid": gid,
        "name": f"Task {gid}",
        "resource_subtype": "default_task",
        "completed": True,
        "modified_at": modified,
        "num_subtasks": 0,
        "memberships": [
            {"project": {"gid": "p1"}, "section": {"gid": "s1", "name": "To do"}},
        ],
        "dependencies": [],
        "custom_fields": [],
        **more,
    }


class Account:
    """A workspace of two projects that answers as Asana does; tests change what is in it."""

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self.tasks = {"p1": list(tasks), "p2": []}
        self.below: dict[str, list[dict[str, Any]]] = {}
        self.stories: dict[str, list[dict[str, Any]]] = {}
        self.projects = [{"gid": gid, "modified_at": EARLIER} for gid in ("p1", "p2")]
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.acted: list[str] = []
        self.instead: Callable[[str], dict[str, Any] | None] = lambda _: None

    def get(self, path: str, params: dict[str, Any]) -> Any:
        path = path.removeprefix("/api/1.0")
        self.asked.append((path, params))
        match path.strip("/").split("/"):
            case ["workspaces"]:
                rows = [{"gid": "w1"}, {"gid": "w2"}]
            case ["users"]:
                rows = [{"gid": "u1", "name": "Ada"}]
            case ["projects"]:
                rows = self.projects if params["workspace"] == "w1" else []
            case ["tasks"]:
                since = params.get("modified_since", "")
                every = self.tasks[params["project"]]
                rows = [each for each in every if each["modified_at"] >= since]
            case ["tasks", gid, "stories"]:
                rows = self.stories.get(gid, [])
            case _:
                rows = self.below.get(path.strip("/").split("/")[1], [])
        return {"data": rows, "next_page": None}

    def post(self, path: str, body: dict[str, Any]) -> Any:
        assert path == "/api/1.0/batch"
        return {"data": [self._result(each) for each in body["data"]["actions"]]}

    def _result(self, action: dict[str, Any]) -> dict[str, Any]:
        path = action["relative_path"]
        self.acted.append(path)
        told = self.instead(path)
        asked = {**action["data"], "limit": action["options"]["limit"]}
        if told is not None:
            return told
        if path == "/status_updates":
            return {"status_code": 200, "body": {"data": [], "next_page": None}}
        return {"status_code": 200, "body": self.get(path, asked)}


def read(
    account: Any, state: dict[str, Any] | None = None, *, sweep: bool = False, **rest: Any
) -> list[Any]:
    held = {} if state is None else state
    config = rest.pop("config", {})
    return list(extract(Extraction(config, account, NOW, held, sweep_due=sweep, **rest)))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages_of = [each for each in found if isinstance(each, Page) and each.table == table]
    return [row for page in pages_of if isinstance(page.rows, list) for row in page.rows]


def known() -> dict[str, Any]:
    return {"cursor:tasks": EARLIER}


def test_a_load_asks_for_what_was_modified_since_an_hour_before_the_last_one() -> None:
    account = Account(task("old", "2026-06-01T00:00:00.000Z"), task("new"))
    state = known()
    found = read(account, state)
    asked = [params for path, params in account.asked if path == "/tasks"]
    assert {each["modified_since"] for each in asked} == {"2026-06-30T05:00:00Z"}
    assert {each["project"] for each in asked} == {"p1", "p2"}
    [row] = rows(found, "tasks")
    # No approval is among them, which is no reason to think that the vendor dropped the field.
    assert (row["gid"], row["approval_status"]) == ("new", None)
    assert state["cursor:tasks"] == NOW.isoformat()


def test_stories_are_asked_for_where_a_task_moved_and_nowhere_else() -> None:
    account = Account(task("old", "2026-06-01T00:00:00.000Z"), task("new"))
    account.stories = {
        "new": [{"gid": "s1", "resource_subtype": "marked_complete"}],
        "old": [{"gid": "s0"}],
    }
    found = read(account, known())
    assert {path for path in account.acted if path.endswith("stories")} == {"/tasks/new/stories"}
    [story] = rows(found, "stories")
    assert (story["gid"], story["task_gid"], story["new_approval_status"]) == ("s1", "new", None)


def test_a_weekly_list_reads_all_tasks_and_what_is_in_none_is_gone() -> None:
    account = Account(task("old", "2026-06-01T00:00:00.000Z"), task("new"))
    found = read(account, known(), sweep=True)
    swept = {each.table: each for each in found if isinstance(each, Sweep)}
    assert swept["tasks"].keys == {("old",), ("new",)}
    assert swept["task_memberships"].keys == {("old", "p1"), ("new", "p1")}
    assert swept["custom_field_values"].scope == (("resource_type", "task"),)
    assert {path for path in account.acted if path.endswith("stories")} == {"/tasks/new/stories"}
    assert "tasks" not in {each.table for each in read(account, known()) if isinstance(each, Sweep)}


def test_parents_of_open_subtasks_are_asked_each_time_because_they_do_not_move() -> None:
    old = "2026-06-01T00:00:00.000Z"
    account = Account(task("parent", old, num_subtasks=1))
    account.below = {"parent": [task("part", old, completed=False, parent={"gid": "parent"})]}
    state: dict[str, Any] = {}
    read(account, state)
    assert state["open_parents"] == ["parent"]

    account.below["parent"][0] |= {"completed": True, "modified_at": "2026-06-30T12:00:00.000Z"}
    found = read(account, state | known())
    assert [row["gid"] for row in rows(found, "tasks")] == ["part"]
    assert rows(found, "tasks")[0]["parent__gid"] == "parent"
    assert "/tasks/part/stories" in account.acted


def test_subtasks_of_subtasks_are_read_down_to_the_last() -> None:
    account = Account(task("a", num_subtasks=1))
    account.below = {"a": [task("b", num_subtasks=1)], "b": [task("c")]}
    assert {row["gid"] for row in rows(read(account), "tasks")} == {"a", "b", "c"}


def test_a_task_brings_its_places_its_needs_and_its_values_whole() -> None:
    fields = [
        {"gid": "f1", "name": "Tier", "enum_value": {"gid": "o", "name": "Tier 1"}},
        {"gid": "f2", "name": "Effort", "number_value": 0},
        {"gid": "f3", "name": "Text", "text_value": None},
        {"gid": "f4", "name": "Who", "people_value": [{"gid": "u1", "name": "Ada"}]},
        {"gid": "f5", "name": "Where", "multi_enum_values": []},
    ]
    needs = {"dependencies": [{"gid": "first"}], "custom_fields": fields, "memberships": []}
    found = read(Account(task("t", **needs)))
    assert rows(found, "task_dependencies") == [{"task_gid": "t", "depends_on_gid": "first"}]
    assert rows(found, "task_memberships") == []
    [places] = [
        each
        for each in found
        if isinstance(each, Page) and each.table == "task_memberships" and ("t",) in each.units
    ]
    assert places.rows == []
    values = {row["custom_field_gid"]: row for row in rows(found, "custom_field_values")}
    assert values.keys() == {"f1", "f2", "f4"}
    assert (values["f1"]["enum_value__name"], values["f2"]["number_value"]) == ("Tier 1", 0)
    # Names of people are not read; and a value is of the task, not of the field's own kind.
    assert values["f4"]["people_value"] == ["u1"]
    assert {row["resource_type"] for row in values.values()} == {"task"}


def test_status_updates_are_asked_for_where_the_newest_is_new() -> None:
    account = Account()
    account.projects = [
        {"gid": "p1", "current_status_update": {"gid": "x", "created_at": "2026-06-30T12:00:00Z"}},
        {"gid": "p2", "current_status_update": {"gid": "y", "created_at": "2026-06-01T12:00:00Z"}},
    ]
    read(account, known())
    assert account.acted.count("/status_updates") == 2  # one project, asked twice to be sure
    account.acted.clear()
    read(account, known(), sweep=True)
    assert account.acted.count("/status_updates") == 4


def test_a_window_reads_from_its_first_day_and_moves_no_cursor() -> None:
    account, state = Account(task("t")), known()
    read(account, state, window=(date(2026, 6, 1), date(2026, 6, 2)))
    assert {params["modified_since"] for path, params in account.asked if path == "/tasks"} == {
        "2026-06-01T00:00:00Z"
    }
    assert state["cursor:tasks"] == EARLIER
    assert "open_parents" not in state


def test_only_the_chosen_workspaces_are_read_and_an_unknown_one_is_told() -> None:
    account = Account()
    read(account, config={"workspaces": "w1"})
    assert {p["workspace"] for _, p in account.asked if "workspace" in p} == {"w1"}
    with pytest.raises(LoadFailed, match="sees no workspace w9"):
        read(account, config={"workspaces": "w1, w9"})


def test_a_list_that_comes_empty_where_it_held_something_stops_the_load() -> None:
    account, state = Account(task("t")), {}
    read(account, state)
    account.projects = []
    with pytest.raises(LoadFailed, match="asana projects: the list came empty"):
        read(account, state)


class Lists:
    """A session that gives scripted answers in turn, the last for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def get(self, path: str, params: dict[str, Any]) -> Any:
        self.asked.append(params)
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, Exception):
            raise told
        return told

    def post(self, path: str, body: Any) -> Any:
        return self.get(path, body)


def ctx(http: Any) -> Extraction:
    return Extraction({}, http, NOW, {})


def page(first: int, following: str | None = None) -> dict[str, Any]:
    rows_of = [{"gid": str(number)} for number in range(first, first + 100)]
    return {"data": rows_of, "next_page": {"offset": following} if following else None}


EXPIRED = RequestFailed(
    "expired", 400, {"errors": [{"message": "offset: Your pagination token has expired."}]}
)


def test_a_list_whose_offset_expired_is_read_again_from_its_beginning() -> None:
    lists = Lists(page(0, "a"), EXPIRED, page(0, "b"), page(100))
    found = list(pages(ctx(lists), "/tasks", "name"))
    assert [each.get("offset") for each in lists.asked] == [None, "a", None, "b"]
    assert {row["gid"] for records in found for row in records} == {str(n) for n in range(200)}


def test_an_offset_that_expires_each_time_is_told_and_any_other_refusal_is_no_expiry() -> None:
    lists = Lists(*[page(0, "a"), EXPIRED] * 3)
    with pytest.raises(PageBroken, match="the offset expired in each of 3 readings"):
        list(pages(ctx(lists), "/tasks", "name"))
    other = RequestFailed("no", 400, {"errors": [{"message": "project: Not a valid GID"}]})
    with pytest.raises(RequestFailed, match="no"):
        list(pages(ctx(Lists(other)), "/tasks", "name"))


def told(*gids: str, more: bool = False, status: int = 200) -> dict[str, Any]:
    following = {"offset": "x"} if more else None
    body = {"data": [{"gid": gid} for gid in gids], "next_page": following}
    return {"status_code": status, "body": body if status == 200 else {"errors": []}}


INNER = [Inner("t1", "/tasks/t1/stories"), Inner("t2", "/tasks/t2/stories")]


def answers_of(*batches: Any) -> dict[str, Any]:
    return dict(batched(ctx(Lists(*batches)), INNER, "name"))


def test_a_batch_that_lost_a_list_or_a_row_is_asked_again_or_red() -> None:
    whole = {"data": [told("a", "b"), told("c")]}
    short = {"data": [told("a"), told("c")]}
    expected = {"t1": [{"gid": "a"}, {"gid": "b"}], "t2": [{"gid": "c"}]}
    assert answers_of(whole, whole) == expected
    assert answers_of(short, whole, whole) == expected
    with pytest.raises(PageBroken, match="2 lists were asked for and 1 came"):
        answers_of({"data": [told("a")]})
    with pytest.raises(PageBroken, match="3 different ways"):
        answers_of(whole, short, whole)


def test_what_a_batch_refuses_or_cuts_is_asked_for_by_itself() -> None:
    alone = {"data": [{"gid": "z"}], "next_page": None}
    refused = {"data": [told("a"), told(status=429)]}
    assert answers_of(refused, refused, alone)["t2"] == [{"gid": "z"}]
    cut = {"data": [told("a"), told("b", more=True)]}
    assert answers_of(cut, cut, alone)["t2"] == [{"gid": "z"}]


def test_a_task_that_is_gone_meanwhile_costs_no_other_its_stories() -> None:
    gone = {"data": [told("a"), told(status=404)]}
    assert answers_of(gone, gone) == {"t1": [{"gid": "a"}], "t2": None}
    refused = {"data": [told("a"), told(status=500)]}
    assert answers_of(refused, refused, RequestFailed("gone", 404)) == {
        "t1": [{"gid": "a"}],
        "t2": None,
    }


@pytest.mark.parametrize("status", APPROVALS)
def test_an_approval_may_say_the_words_that_are_known(status: str) -> None:
    typed = type_rows(TASKS, [{"gid": "t", "approval_status": status}], 0)
    assert typed.rows[0]["approval_status"] == status


def test_an_unknown_word_of_an_approval_is_quarantined() -> None:
    typed = type_rows(TASKS, [{"gid": "t", "approval_status": "perhaps"}], 0)
    assert (typed.rows, typed.held) == ([], [("t",)])
    typed = type_rows(STORIES, [{"gid": "s", "new_approval_status": "perhaps"}], 0)
    assert typed.bad[0][0] == "new_approval_status: a word that it is not known to say"


def live(vendor: Vendor, stopped: StoppedClock, **more: Any) -> Session:
    config = {**ASANA.defaults, "base_url": vendor.url, "access_token": "2/1/x:y", **more}
    return session(config, stopped.clock)


def test_a_throttle_is_waited_for_and_a_refusal_is_told_in_the_vendors_words(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(
        Answer({"errors": [{"message": "too many"}]}, 429, {"Retry-After": "30"}),
        Answer({"data": []}),
    )
    with live(vendor, stopped) as http:
        http.get("/api/1.0/workspaces")
    assert stopped.slept == [30.0]
    assert vendor.seen[0][2]["Authorization"] == "Bearer 2/1/x:y"
    vendor.says(Answer({"errors": [{"message": "Not a member of 2/1/x:y"}]}, 403))
    with live(vendor, stopped) as http, pytest.raises(RequestFailed, match="Not a member") as seen:
        http.get("/api/1.0/workspaces")
    assert "2/1/x:y" not in str(seen.value)


def test_the_lists_of_a_batch_are_paced_as_calls(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({"data": []}))
    with live(vendor, stopped, calls_per_10_seconds=20) as http:
        for _ in range(5):
            http.post("/api/1.0/batch", {"data": {"actions": []}})
    assert stopped.time == 20.0
    assert json.loads(vendor.seen[0][3]) == {"data": {"actions": []}}


def test_an_apps_token_is_renewed_where_it_has_expired(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(
        Answer({"access_token": "first"}),
        Answer({"errors": [{"message": "Bearer token expired"}]}, 401),
        Answer({"access_token": "second"}),
        Answer({"data": [{"gid": "w"}]}),
    )
    app = {"client_id": "i", "client_secret": "s", "refresh_token": "r", "access_token": ""}
    with live(vendor, stopped, token_url=f"{vendor.url}/-/oauth_token", **app) as http:
        assert http.get("/api/1.0/workspaces") == {"data": [{"gid": "w"}]}
    sent = [(path, headers.get("Authorization")) for _, path, headers, _ in vendor.seen]
    assert sent[1] == ("/api/1.0/workspaces", "Bearer first")
    assert sent[3] == ("/api/1.0/workspaces", "Bearer second")
