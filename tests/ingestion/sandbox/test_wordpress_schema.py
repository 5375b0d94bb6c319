"""WordPress has no client of its own in Python: plain requests read it as its controllers answer.

What each answer may hold is written down by hand in `wordpress_schemas`.
"""

import base64
from typing import Any

import pytest
from live_sandbox import Live
from wordpress_schemas import (
    INNER,
    LOCAL,
    NUMBER,
    OF_TYPE,
    POST,
    TERM,
    TYPE,
    TYPE_OF_EDITORS,
    USER,
)

pytestmark = pytest.mark.slow
ROOT = "/wp-json/wp/v2"
# With its blanks, as WordPress shows it once.
_PAIR = base64.b64encode(b"reporter:abcd EFGH 1234 ijkl MNOP 6789").decode()
LOGIN = {"Authorization": f"Basic {_PAIR}"}


def whole(live: Live, path: str, **headers: str) -> list[dict[str, Any]]:
    """Read a list by its pages, as its headers say."""
    found: list[dict[str, Any]] = []
    number = pages = 1
    while number <= pages:
        mark = "&" if "?" in path else "?"
        reply = live.ask("GET", f"{path}{mark}per_page=20&page={number}", **headers)
        assert reply.status == 200, reply.body
        pages = int(reply.headers["x-wp-totalpages"])
        found += reply.json()
        assert ('rel="next"' in reply.headers.get("link", "")) == (number < pages)
        number += 1
    assert len(found) == int(reply.headers["x-wp-total"])
    return found


@pytest.mark.parametrize("base", ["posts", "pages"])
@pytest.mark.parametrize("context", ["view", "edit"])
def test_a_post_is_what_its_controller_would_answer(served: Live, base: str, context: str) -> None:
    is_edit = context == "edit"
    schema = {**POST, **OF_TYPE[base]}
    expected = {name for name, (_, is_hidden) in schema.items() if is_edit or not is_hidden}
    path = f"{ROOT}/{base}?context={context}"
    for record in whole(served, path, **(LOGIN if is_edit else {})):
        assert set(record) == expected
        for name, value in record.items():
            assert type(value) is schema[name][0], name
        for name, (shown, hidden) in INNER.items():
            assert set(record[name]) == (shown | hidden if is_edit else shown)
        for name in ("date", "date_gmt", "modified", "modified_gmt"):
            assert LOCAL.fullmatch(record[name])
        if record["content"]["protected"] and not is_edit:
            assert record["content"]["rendered"] == record["excerpt"]["rendered"] == ""


def test_terms_users_and_types_are_what_their_controllers_would_answer(served: Live) -> None:
    for base in ("categories", "tags"):
        parent = {"parent": NUMBER} if base == "categories" else {}
        for record in whole(served, f"{ROOT}/{base}"):
            assert {name: type(value) for name, value in record.items()} == {**TERM, **parent}
    users = whole(served, f"{ROOT}/users")
    assert users
    for record in users:
        assert {name: type(value) for name, value in record.items()} == USER
    shown = served.ask("GET", f"{ROOT}/types").json()
    hidden = served.ask("GET", f"{ROOT}/types?context=edit", **LOGIN).json()
    assert {"post", "page", "attachment"} <= shown.keys() == hidden.keys()
    for name, record in shown.items():
        assert {key: type(value) for key, value in record.items()} == TYPE
        assert set(hidden[name]) == set(TYPE) | TYPE_OF_EDITORS
    # By name and no list: the fields that are asked for are names of types then.
    assert served.ask("GET", f"{ROOT}/types?_fields=slug").json() == {}


def test_the_index_tells_the_site(served: Live) -> None:
    body = served.ask("GET", "/wp-json/").json()
    assert {"name", "description", "url", "home", "gmt_offset", "timezone_string"} <= body.keys()
    assert "wp/v2" in body["namespaces"]
    assert "application-passwords" in body["authentication"]
    german = served.ask("GET", "/de/wp-json/?_fields=home,timezone_string").json()
    assert german == {"home": "https://www.fathom.example/de", "timezone_string": "Europe/Berlin"}


def test_errors_have_a_code_a_message_and_the_status(served: Live) -> None:
    def refused(path: str, **headers: str) -> tuple[int, str]:
        body = served.ask("GET", path, **headers).json()
        assert set(body) == {"code", "message", "data"}
        return body["data"]["status"], body["code"]

    assert refused(f"{ROOT}/posts?per_page=101") == (400, "rest_invalid_param")
    assert refused(f"{ROOT}/posts?page=99") == (400, "rest_post_invalid_page_number")
    assert refused(f"{ROOT}/posts?status=draft") == (400, "rest_invalid_param")
    assert refused(f"{ROOT}/posts?context=edit") == (401, "rest_forbidden_context")
    assert refused(f"{ROOT}/users/me") == (401, "rest_not_logged_in")
    assert refused(f"{ROOT}/nothing") == (404, "rest_no_route")
    wrong = {"Authorization": "Basic " + base64.b64encode(b"reporter:wrong").decode()}
    assert refused(f"{ROOT}/posts", **wrong) == (401, "incorrect_password")
    # An editor may not list users; only those who published something are seen.
    assert refused(f"{ROOT}/users?context=edit", **LOGIN) == (403, "rest_forbidden_context")
    # Past the end users and terms answer with none, and posts refuse.
    assert served.ask("GET", f"{ROOT}/users?page=99").json() == []


def test_a_change_is_looked_for_on_the_site_s_own_clock(served: Live) -> None:
    """An instant without a zone is the site's own: UTC written so asks four hours too late."""
    [page] = [each for each in whole(served, f"{ROOT}/pages") if each["slug"] == "pricing"]
    local, utc = page["modified"], page["modified_gmt"]
    assert local < utc
    just_before = f"{local[:11]}{int(local[11:13]) - 1:02d}:59:59"

    def found(after: str) -> bool:
        path = f"{ROOT}/pages?modified_after={after}&orderby=modified&order=asc"
        return "pricing" in {each["slug"] for each in whole(served, path)}

    assert found(just_before)
    assert not found(local)
    assert not found(f"{utc}Z")
    assert not found(utc)
    assert found(f"{local}Z")


def test_plain_requests_see_the_content_that_was_loaded(served: Live, loaded: Any) -> None:
    statuses = "publish,future,draft,pending,private,trash"
    seen = set()
    for site, prefix in (("www.fathom.example", ""), ("www.fathom.example/de", "/de")):
        for base in ("posts", "pages", "case-studies"):
            path = f"{prefix}{ROOT}/{base}?context=edit&status={statuses}"
            seen |= {
                (site, str(each["id"]), each["status"], each["link"], each["modified_gmt"])
                for each in whole(served, path, **LOGIN)
            }
    held = loaded(
        "wordpress",
        "select site_id, id, status, link, strftime(modified_gmt, '%Y-%m-%dT%H:%M:%S') "
        "from raw_wordpress.posts where _dlt_valid_to is null and not is_deleted",
    )
    assert len(seen) > 60
    assert {status for _, _, status, _, _ in seen} == set(statuses.split(","))
    assert seen == set(held)


def test_without_a_login_what_is_out_is_all_there_is(served: Live, loaded: Any) -> None:
    seen = {str(each["id"]) for each in whole(served, f"{ROOT}/posts")}
    held = loaded(
        "wordpress",
        "select id from raw_wordpress.posts where site_id = 'www.fathom.example' "
        "and type = 'post' and status = 'publish' and _dlt_valid_to is null",
    )
    assert seen == {id_ for (id_,) in held}
