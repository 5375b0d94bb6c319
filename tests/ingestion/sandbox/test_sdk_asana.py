"""Asana's own client reads the sandbox, and sees the records that were loaded."""

import asana
import pytest
from asana.rest import ApiException
from live_sandbox import Live, serving

from ingestion.sandbox.views.asana import TOKEN

pytestmark = pytest.mark.slow

OPEN = "where _dlt_valid_to is null and not is_deleted"


def _client(base: str, token: str) -> asana.ApiClient:
    config = asana.Configuration()
    config.host = f"{base}/api/1.0"
    config.access_token = token
    return asana.ApiClient(config)


@pytest.fixture
def client(served: Live) -> asana.ApiClient:
    return _client(served.base, TOKEN)


def _workspace(client: asana.ApiClient) -> str:
    [found] = list(asana.WorkspacesApi(client).get_workspaces({}))
    assert found["name"] == "Fathom"
    return found["gid"]


def _projects(client: asana.ApiClient, **asked: object) -> list[dict]:
    return list(asana.ProjectsApi(client).get_projects({"workspace": _workspace(client), **asked}))


def test_asanas_client_lists_the_people_that_were_loaded(client, loaded) -> None:
    asked = {"workspace": _workspace(client), "opt_fields": "name,email"}
    seen = {(each["gid"], each["email"]) for each in asana.UsersApi(client).get_users(asked)}
    assert seen == set(loaded("asana", f"select gid, email from raw_asana.users {OPEN}"))
    assert len(seen) > 5


def test_asanas_client_lists_the_projects_that_were_loaded_archived_ones_apart(
    client, loaded
) -> None:
    held = dict(loaded("asana", f"select gid, archived from raw_asana.projects {OPEN}"))
    for archived in (True, False):
        seen = {each["gid"] for each in _projects(client, archived=archived)}
        assert seen
        assert seen == {gid for gid, is_archived in held.items() if is_archived == archived}
    # Unless fields are asked for, a list is of compact records.
    assert _projects(client)[0].keys() == {"gid", "resource_type", "name"}


def test_asanas_client_pages_through_the_tasks_that_were_loaded(client, loaded) -> None:
    api, seen, most = asana.TasksApi(client), set(), 0
    fields = "modified_at,completed,approval_status,memberships.section.name"
    for project in _projects(client):
        asked = {"project": project["gid"], "opt_fields": fields, "limit": 100}
        tasks = list(api.get_tasks(asked))
        most = max(most, len(tasks))
        seen |= {(project["gid"], each["gid"], each["completed"]) for each in tasks}
    held = loaded(
        "asana",
        "select m.project_gid, m.task_gid, t.completed from raw_asana.task_memberships m "
        f"join (select * from raw_asana.tasks {OPEN}) t on t.gid = m.task_gid "
        "where m._dlt_valid_to is null and not m.is_deleted",
    )
    assert seen == set(held)
    assert most > 100


def test_asanas_client_sees_the_history_that_was_loaded(client, loaded) -> None:
    [(task,)] = loaded(
        "asana",
        "select task_gid from raw_asana.stories where new_approval_status is not null "
        "and _dlt_valid_to is null group by 1 order by count(*) desc, 1 limit 1",
    )
    fields = "resource_subtype,new_approval_status,created_by.name"
    found = list(asana.StoriesApi(client).get_stories_for_task(task, {"opt_fields": fields}))
    held = loaded(
        "asana",
        "select gid, resource_subtype, new_approval_status from raw_asana.stories "
        f"where task_gid = '{task}' and _dlt_valid_to is null",
    )
    seen = {
        (each["gid"], each["resource_subtype"], each.get("new_approval_status")) for each in found
    }
    assert seen == set(held)
    assert all(each["created_by"]["name"] for each in found)


def test_asanas_client_reads_sections_updates_subtasks_and_a_batch(client, loaded) -> None:
    held = loaded("asana", f"select project_gid, gid from raw_asana.sections {OPEN}")
    project = held[0][0]
    sections = asana.SectionsApi(client).get_sections_for_project(project, {})
    assert {(project, each["gid"]) for each in sections} == {
        each for each in held if each[0] == project
    }
    [(stated, parent)] = loaded(
        "asana", f"select gid, project_gid from raw_asana.status_updates {OPEN} limit 1"
    )
    told = asana.StatusUpdatesApi(client).get_statuses_for_object(parent, {})
    assert stated in {each["gid"] for each in told}
    [(part, whole)] = loaded(
        "asana",
        "select gid, parent__gid from raw_asana.tasks where parent__gid is not null limit 1",
    )
    parts = asana.TasksApi(client).get_subtasks_for_task(whole, {"opt_fields": "parent.name"})
    assert part in {each["gid"] for each in parts}
    action = {"method": "get", "relative_path": f"/tasks/{part}", "options": {"fields": ["name"]}}
    missing = {"method": "get", "relative_path": "/tasks/1"}
    body = {"data": {"actions": [action, missing]}}
    results = list(asana.BatchAPIApi(client).create_batch_request(body, {}))
    assert [each["status_code"] for each in results] == [200, 404]
    assert results[0]["body"]["data"].keys() == {"gid", "name"}


def test_asanas_client_is_refused_as_the_vendor_refuses(client, served: Live) -> None:
    with pytest.raises(ApiException) as refused:
        list(asana.WorkspacesApi(_client(served.base, "another")).get_workspaces({}))
    assert refused.value.status == 401
    with pytest.raises(ApiException, match="You should specify one of project") as refused:
        list(asana.TasksApi(client).get_tasks({}))
    assert refused.value.status == 400
    with pytest.raises(ApiException, match="Unknown object") as refused:
        asana.TasksApi(client).get_task("1", {})
    assert refused.value.status == 404
    with pytest.raises(ApiException, match="Must be between 1 and 100"):
        list(asana.WorkspacesApi(client).get_workspaces({"limit": 101}))


def test_an_offset_is_of_its_list_and_expires_in_a_quarter_of_an_hour() -> None:
    with serving(seed=11, scale=0.004) as live:
        key = {"Authorization": f"Bearer {TOKEN}"}
        root = "/api/1.0/projects?limit=2"
        page = live.ask("GET", root, **key).json()["next_page"]
        assert page["uri"] == f"https://app.asana.com/api/1.0{page['path']}"
        following = f"&offset={page['offset']}"
        assert live.ask("GET", root + following, **key).status == 200
        live.world.clock += 900_000
        assert live.ask("GET", root + following, **key).status == 200
        live.world.clock += 1
        expired = live.ask("GET", root + following, **key)
        told = "offset: Your pagination token has expired."
        assert (expired.status, expired.json()["errors"][0]["message"]) == (400, told)
        stranger = live.ask("GET", f"/api/1.0/users?limit=2{following}", **key)
        assert stranger.status == 400
        assert live.ask("GET", f"{root}&offset=x", **key).status == 400
