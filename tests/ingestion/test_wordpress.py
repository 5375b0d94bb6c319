"""WordPress as the connector asks for it: what moves unseen, what is refused, who is sent what."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion import probe
from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.wordpress import WORDPRESS, extract
from ingestion.sources.wordpress.rows import plain, post_row
from ingestion.sources.wordpress.sites import id_of, logins, session, sites
from ingestion.sources.wordpress.tables import POSTS
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
HOME = "https://www.a.example"
MAY = {"capabilities": {"edit_others_posts": True, "edit_others_pages": True}}


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date_gmt": "2026-06-01T10:00:00",
        "modified_gmt": "2026-06-01T10:00:00",
        "slug": f"s{number}",
        "status": "publish",
        "type": "post",
        "link": f"{HOME}/s{number}/",
        "title": {"rendered": f"Post {number}"},
        "content": {"rendered": "<p>One two</p>", "protected": False},
        "excerpt": {"rendered": "<p>One</p>"},
        "author": 2,
        "featured_media": 0,
        "template": "",
        "categories": [5],
        "tags": [],
        **more,
    }


class Site:
    """A site whose lists may change before any page, by what `before` does to it."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {
            "posts": list(posts),
            "pages": [],
            "users": [{"id": 2, "name": "Ada", "slug": "ada"}],
            "categories": [{"id": 5, "name": "A &amp; B", "slug": "a-b", "parent": 0, "count": 9}],
            "tags": [],
        }
        self.objects: dict[str, Any] = {
            "": {"name": "A", "home": HOME, "gmt_offset": "2", "timezone_string": ""},
            "types": {
                "post": {"rest_base": "posts", "rest_namespace": "wp/v2", "viewable": True},
                "page": {"rest_base": "pages"},
                "attachment": {"rest_base": "media"},
                "wp_block": {"rest_base": "blocks"},
                "popup": {"rest_base": "popups", "viewable": False},
            },
            "taxonomies": {
                "category": {"rest_base": "categories"},
                "post_tag": {"rest_base": "tags"},
                "nav_menu": {"rest_base": "menus"},
            },
            "me": MAY,
        }
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[int], object] = lambda _: None

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        return self.objects[path.rstrip("/").rpartition("/")[2].replace("wp-json", "")]

    def told(self, path: str, params: dict[str, Any]) -> tuple[Any, dict[str, str]]:
        name = path.rpartition("/")[2]
        self.asked.append((name, params))
        self.before(len([each for each, _ in self.asked if each == "posts"]))
        held = self.lists[name]
        pages = -(-len(held) // params["per_page"])
        if params["page"] > max(pages, 1):
            body = {"code": "rest_post_invalid_page_number", "message": "too large"}
            raise RequestFailed("400", 400, body)
        start = (params["page"] - 1) * params["per_page"]
        totals = {"X-WP-Total": str(len(held)), "X-WP-TotalPages": str(pages)}
        return held[start : start + params["per_page"]], totals


LOGIN = {"base_url": "https://www.a.example/", "logins": "bot:abcd efgh"}


def extraction(
    site: Any, state: dict[str, Any], config: dict[str, Any] = LOGIN, **more: Any
) -> Extraction:
    return Extraction(config, cast("Session", site), NOW, state, **more)


def read(
    site: Any, state: dict[str, Any] | None = None, *, sweep_due: bool = True, **more: Any
) -> list[Any]:
    ctx = extraction(site, {} if state is None else state, sweep_due=sweep_due, **more)
    return list(extract(ctx))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    return [
        row
        for page in found
        if isinstance(page, Page) and page.table == table and isinstance(page.rows, list)
        for row in page.rows
    ]


def swept(found: list[Any], table: str) -> Sweep:
    [sweep] = [each for each in found if isinstance(each, Sweep) and each.table == table]
    return sweep


def test_a_first_load_reads_every_status_of_what_visitors_can_see_by_id() -> None:
    site = Site(*(post(number) for number in range(1, 251)))
    found = read(site)
    asked = [params for name, params in site.asked if name == "posts"]
    assert [each["page"] for each in asked] == [1, 2, 3]
    assert {each["per_page"] for each in asked} == {100}
    assert {(each["orderby"], each["order"], each["context"]) for each in asked} == {
        ("id", "asc", "edit")
    }
    assert asked[0]["status"] == "publish,future,draft,pending,private,trash"
    # Neither attachments, nor blocks and menus, nor what the site keeps from its visitors.
    assert {name for name, _ in site.asked} == {"posts", "pages", "users", "categories", "tags"}
    assert len(rows(found, "posts")) == len(rows(found, "post_terms")) == 250
    assert rows(found, "post_terms")[7] == {
        "site_id": "www.a.example",
        "post_id": 8,
        "taxonomy": "category",
        "term_id": 5,
    }


def test_a_later_load_asks_for_what_was_edited_and_for_what_went_out_by_its_schedule() -> None:
    site, state = Site(post(1)), {}
    read(site, state)
    site.asked.clear()
    read(site, state, sweep_due=False)
    edited, out = [params for name, params in site.asked if name == "posts"]
    # With a zone, which the site turns into its own clock; without one it would be its own.
    assert edited["modified_after"] == out["after"] == "2026-06-29T06:00:00Z"
    assert edited["orderby"] == "modified"
    assert "modified_after" not in out


def test_a_backfill_asks_for_its_days_and_moves_no_cursor() -> None:
    site, state = Site(post(1)), {"types of www.a.example": ["post"]}
    found = read(site, state, window=(date(2026, 3, 1), date(2026, 3, 2)), sweep_due=False)
    [asked] = [params for name, params in site.asked if name == "posts"]
    assert asked["modified_after"] == "2026-02-28T23:59:59Z"
    assert asked["modified_before"] == "2026-03-03T00:00:00Z"
    assert not [each for each in state if each.startswith("cursor:")]
    assert not [each for each in found if isinstance(each, Sweep) and each.table == "posts"]


def test_a_post_deleted_between_two_pages_has_the_list_read_again() -> None:
    site = Site(*(post(number) for number in range(1, 151)))
    site.before = lambda times: site.lists["posts"].pop(0) if times == 2 else None
    keys = swept(read(site), "posts").keys
    assert ("www.a.example", "101") in keys


def test_a_list_that_became_shorter_than_its_pages_is_read_again_and_no_error() -> None:
    site = Site(*(post(number) for number in range(1, 102)))
    site.before = lambda times: site.lists["posts"].pop(0) if times == 2 else None
    assert ("www.a.example", "101") in swept(read(site), "posts").keys


def test_what_a_weekly_list_lacks_is_gone_on_its_site_alone() -> None:
    found = read(Site(post(1), post(2)))
    for table in ("posts", "post_terms", "terms", "users"):
        assert swept(found, table).scope == (("site_id", "www.a.example"),)
    assert swept(found, "posts").keys == {("www.a.example", "1"), ("www.a.example", "2")}
    assert ("www.a.example", "2", "category", "5") in swept(found, "post_terms").keys


def test_a_post_without_terms_is_a_unit_that_came_empty() -> None:
    found = read(Site(post(1, categories=[])))
    [page] = [each for each in found if isinstance(each, Page) and each.table == "post_terms"][:1]
    assert page.units == (("www.a.example", "1"),)
    assert page.rows == []


def test_a_site_that_is_configured_no_longer_is_gone_with_everything_on_it() -> None:
    state: dict[str, Any] = {"sites": ["old.example"]}
    found = read(Site(post(1)), state)
    gone = {
        each.table
        for each in found
        if isinstance(each, Sweep) and each.scope == (("site_id", "old.example"),)
    }
    assert gone == {"sites", "posts", "post_terms", "terms", "users"}
    assert state["sites"] == ["www.a.example"]


def test_two_addresses_of_one_site_stop_the_load() -> None:
    config = {**LOGIN, "more_sites": "https://www.a.example/"}
    with pytest.raises(LoadFailed, match=r"both the site www\.a\.example"):
        read(Site(post(1)), config=config)


def test_a_type_that_is_missing_stops_the_load_until_it_is_skipped() -> None:
    site, state = Site(post(1)), {}
    read(site, state)
    del site.objects["types"]["page"]
    with pytest.raises(PageBroken, match="page is missing"):
        read(site, state)
    read(site, state, config={**LOGIN, "skip_types": "page"})


def test_posts_that_come_empty_where_there_were_some_stop_the_load() -> None:
    state: dict[str, Any] = {}
    read(Site(post(1)), state)
    with pytest.raises(LoadFailed, match=r"wordpress post of www\.a\.example: the list came"):
        read(Site(), state)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("posts", {"code": "internal_error", "message": "broken plugin", "data": None}),
        ("posts", {"posts": []}),
        ("posts", None),
        ("posts", [post(1, categories=None)]),
    ],
)
def test_a_page_that_is_not_what_it_claims_stops_the_load(name: str, body: Any) -> None:
    site = Site(post(1))
    told = site.told

    def broken(path: str, params: dict[str, Any]) -> tuple[Any, dict[str, str]]:
        good, headers = told(path, params)
        return (body if path.endswith(name) else good), headers

    site.told = broken
    with pytest.raises(PageBroken):
        read(site)


def test_an_answer_that_states_no_total_stops_the_load_and_says_who_takes_it_away() -> None:
    site = Site(post(1))
    site.told = lambda path, params: ([post(1)], {})
    with pytest.raises(PageBroken, match=r"X-WP-Total, so nobody can tell.*cache or proxy"):
        read(site)


def test_a_login_of_less_than_an_editor_is_refused_before_a_short_list_is_believed() -> None:
    site = Site(post(1))
    site.objects["me"] = {"capabilities": {"edit_posts": True, "edit_others_posts": True}}
    with pytest.raises(LoadFailed, match=r"no right to edit_others_pages.*role Editor"):
        read(site)


def test_without_a_login_only_what_is_out_is_asked_for_and_the_load_says_so() -> None:
    site = Site(post(1))
    ctx = extraction(site, {}, {"base_url": HOME}, sweep_due=True)
    found = list(extract(ctx))
    assert all("status" not in params and "context" not in params for _, params in site.asked)
    assert ctx.counted["posts", "", "only_published_is_seen"] == 1
    assert rows(found, "sites")[0]["sees_drafts"] is False


def test_authors_are_left_out_where_the_user_says_that_the_site_hides_them() -> None:
    site = Site(post(1))
    found = read(site, config={**LOGIN, "skip_authors": True})
    assert "users" not in {name for name, _ in site.asked}
    assert not [each for each in found if each.table == "users"]


def kept(**more: Any) -> dict[str, Any]:
    ctx = extraction(None, {})
    return post_row(ctx, "s", post(1, **more), {"categories": "category", "tags": "post_tag"})


def test_a_text_is_counted_and_left_behind() -> None:
    row = kept(
        title={"rendered": "Fish &amp; <em>chips</em>"},
        content={
            "rendered": "<p>Two<!-- more -->words and</p><p>two</p><script>x = 1</script>",
            "protected": False,
        },
        excerpt={"rendered": "<p>Salt &hellip;</p>"},
    )
    assert (row["title"], row["word_count"], row["excerpt_length"]) == ("Fish & chips", 3, 6)
    assert {"content", "excerpt", "categories", "tags"}.isdisjoint(row)
    assert plain("<style>p {}</style>  a \n b ") == "a b"


def test_a_text_behind_a_password_is_unknown_and_not_empty() -> None:
    row = kept(content={"rendered": "", "protected": True}, excerpt={"rendered": ""})
    assert (row["word_count"], row["excerpt_length"], row["is_protected"]) == (None, None, True)


def test_a_draft_without_a_date_has_none_and_a_post_without_one_is_quarantined() -> None:
    for unset in ("0000-00-00T00:00:00", "-0001-11-30T00:00:00"):
        assert kept(status="draft", date_gmt=unset)["date_gmt"] is None
        typed = type_rows(POSTS, [kept(date_gmt=unset)], 0)
        assert typed.rows == []
        assert typed.held == [("s", "1")]


def test_a_status_of_a_plugin_is_quarantined_and_the_last_known_version_stays() -> None:
    typed = type_rows(POSTS, [kept(status="archived")], 0)
    assert typed.bad[0][0] == "status: a word that it is not known to say"
    assert typed.held == [("s", "1")]


def test_instants_are_utc_although_they_do_not_say_so() -> None:
    typed = type_rows(POSTS, [kept(date_gmt="2026-03-29T01:30:00")], 0)
    assert typed.rows[0]["date_gmt"] == datetime(2026, 3, 29, 1, 30)


def test_a_site_is_known_by_its_home_whatever_its_scheme() -> None:
    assert id_of("https://WWW.a.example/") == id_of("http://www.a.example") == "www.a.example"
    assert id_of("https://www.a.example/de/") == "www.a.example/de"
    with pytest.raises(PageBroken, match="names no home address"):
        id_of("")


def test_a_login_belongs_to_its_origin() -> None:
    config = {
        "base_url": "https://a.example",
        "more_sites": "/de, https://b.example/blog",
        "logins": "bot:ab cd; https://b.example/blog other:ef gh",
    }
    assert [(each.address, each.has_login) for each in sites(config)] == [
        ("https://a.example", True),
        ("https://a.example/de", True),
        ("https://b.example/blog", True),
    ]
    assert logins(config) == {
        "https://a.example:443": ("bot", "ab cd"),
        "https://b.example:443": ("other", "ef gh"),
    }


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("only-a-password", "cannot be read"),
        ("https://a.example", "cannot be read"),
        ("https://c.example bot:ab", "https://c.example:443, which is no site"),
    ],
)
def test_a_login_that_cannot_be_used_is_refused_without_showing_it(entry: str, told: str) -> None:
    with pytest.raises(LoadFailed, match=told) as found:
        sites({"base_url": "https://a.example", "logins": entry})
    assert "only-a-password" not in str(found.value)


def live(vendor: Vendor, stopped: StoppedClock, **more: Any) -> Any:
    config = {**WORDPRESS.defaults, "base_url": vendor.url, "logins": "bot:abcd efgh", **more}
    return session(config, stopped.clock)


def test_each_origin_is_sent_its_own_login_and_never_the_others(
    make_vendor: Callable[[], Vendor], stopped: StoppedClock
) -> None:
    first, second, third = make_vendor(), make_vendor(), make_vendor()
    for vendor in (first, second, third):
        vendor.says(Answer([]))
    more = {"more_sites": f"{second.url} {third.url}", "logins": f"a:bb;{second.url} c:dd"}
    with live(first, stopped, **more) as http:
        for vendor in (first, second, third):
            http.told(f"{vendor.url}/wp-json/wp/v2/posts")
    sent = [vendor.seen[0][2].get("Authorization") for vendor in (first, second, third)]
    assert sent == ["Basic YTpiYg==", "Basic YzpkZA==", None]


def test_a_redirect_to_another_host_is_refused(
    make_vendor: Callable[[], Vendor], stopped: StoppedClock
) -> None:
    here, there = make_vendor(), make_vendor()
    here.says(Answer(b"", 301, {"Location": f"{there.url}/wp-json/"}))
    with live(here, stopped) as http, pytest.raises(RequestFailed, match="pointed to"):
        http.get("/wp-json/")
    assert there.seen == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html><html>Just a moment</html>", "a page of HTML instead of JSON"),
        (
            b"<br />\n<b>Warning</b>:  Undefined array key in x.php on line 3<br />\n[]",
            "PHP's own warnings before it, which the site should log and not show,",
        ),
        (b"\nDeprecated: Function x is deprecated in y.php\n[]", "PHP's own warnings"),
        (b"[]<!-- cached by a plugin -->", "a cut or broken body"),
    ],
)
def test_what_a_plugin_puts_around_the_json_is_refused_and_named(
    vendor: Vendor, stopped: StoppedClock, body: bytes, told: str
) -> None:
    vendor.says(Answer(body))
    with live(vendor, stopped) as http, pytest.raises(RequestFailed) as found:
        http.told("/wp-json/wp/v2/posts")
    assert told in str(found.value)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "rest_not_logged_in", "strips the Authorization header"),
        (403, "rest_forbidden_context", "give it the role Editor"),
        (404, "rest_no_route", "plain permalinks"),
        (401, "incorrect_password", "the credentials were refused"),
    ],
)
def test_a_refusal_says_what_to_do_and_never_shows_the_password(
    vendor: Vendor, stopped: StoppedClock, status: int, code: str, told: str
) -> None:
    words = "not with abcd efgh nor Ym90OmFiY2QgZWZnaA=="
    vendor.says(Answer({"code": code, "message": words, "data": {"status": status}}, status))
    with live(vendor, stopped) as http, pytest.raises(RequestFailed, match=told) as found:
        http.get("/wp-json/wp/v2/users/me")
    assert "abcd efgh" not in str(found.value)
    assert "Ym90OmFiY2QgZWZnaA==" not in str(found.value)


def test_sources_check_says_that_without_a_login_only_what_is_out_is_seen(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(Answer([]))
    config = {**WORDPRESS.defaults, "base_url": vendor.url}
    found = {
        each.name: each.missing for each in probe.rights(WORDPRESS, config, NOW, stopped.clock)
    }
    assert found["public REST API"] == ""
    assert "only what is published is seen" in found["application password of an Editor"]


def test_whoever_wants_no_more_than_what_is_out_says_so_and_no_login_is_sent(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(Answer([]))
    config = {**WORDPRESS.defaults, **LOGIN, "base_url": vendor.url, "published_only": True}
    found = {each.name: each for each in probe.rights(WORDPRESS, config, NOW, stopped.clock)}
    assert found["application password of an Editor"].is_left_out
    assert vendor.seen
    assert all("Authorization" not in headers for _, _, headers, _ in vendor.seen)
