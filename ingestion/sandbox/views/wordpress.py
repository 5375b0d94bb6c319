"""WordPress's REST API at two sites of one network: lists, statuses, contexts and its refusals."""

import math
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.wire import wordpress, wordpress_story
from ingestion.sandbox.wire.wordpress_story import SITES

PATHS = re.compile(r"^(/de)?/wp-json(/|$)")
LOGIN = ("reporter", "abcdEFGH1234ijklMNOP6789")
STATUSES = ("publish", "future", "draft", "pending", "private", "trash", "any")
# Type -> its word in addresses, and whether visitors see it.
TYPES = {
    "post": ("posts", True),
    "page": ("pages", True),
    "attachment": ("media", True),
    "nav_menu_item": ("menu-items", False),
    "wp_block": ("blocks", False),
    "case_study": ("case-studies", True),
}
TAXONOMIES = {"category": "categories", "post_tag": "tags", "nav_menu": "menus"}
EDITOR = ("edit_posts", "edit_others_posts", "edit_others_pages", "read_private_posts")
# What only the context `edit` shows.
_OF_EDITORS = ("password", "permalink_template", "generated_slug")
Record = dict[str, Any]


def refuse(status: int, code: str, message: str, **data: Any) -> Answer:
    """Return WordPress's error body."""
    return answer({"code": code, "message": message, "data": {"status": status, **data}}, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a request to either site."""
    site = "/de" if ask.path.startswith("/de/") else ""
    may_edit = False
    if "authorization" in ask.headers:
        may_edit = _is_login(ask.headers["authorization"])
        if not may_edit:
            return refuse(401, "incorrect_password", "The provided password is invalid.")
    route = ask.path.removeprefix(f"{site}/wp-json").strip("/")
    if ask.query.get("context") == "edit" and not may_edit and route != "wp/v2/users/me":
        return refuse(401, "rest_forbidden_context", "Sorry, you are not allowed to edit this.")
    posts = {base: name for name, (base, _) in TYPES.items()}
    terms = {base: name for name, base in TAXONOMIES.items()}
    match route.split("/")[2:] if route.startswith("wp/v2/") else [route]:
        case [""]:
            row = world.state.get("wordpress", "sites", site)
            return answer(_named(ask, orjson.loads(row.body) if row else {}))
        case ["types"]:
            return answer(_named(ask, {name: _type(name, ask) for name in TYPES}))
        case ["taxonomies"]:
            return answer(_named(ask, {name: _taxonomy(name) for name in TAXONOMIES}))
        case ["users", "me"]:
            return _me(ask, may_edit)
        case ["users"]:
            return _users(ask, world, site)
        case [base] if base in terms:
            return _terms(ask, world, site, terms[base])
        case [base] if base in posts:
            return _posts(ask, world, site, posts[base], may_edit)
    return refuse(404, "rest_no_route", "No route was found matching the URL and request method.")


def _is_login(header: str) -> bool:
    user, _, password = b64decode(header.removeprefix("Basic ")).decode().partition(":")
    # WordPress leaves out of a password whatever is no letter and no digit.
    return (user, re.sub(r"[^A-Za-z0-9]", "", password)) == LOGIN


def _named(ask: Ask, body: Record) -> Record:
    """Narrow an answer keyed by name by `_fields`: its own keys, which for types leaves none."""
    wanted = ask.query.get("_fields")
    return {k: v for k, v in body.items() if k in wanted.split(",")} if wanted else body


def _type(name: str, ask: Ask) -> Record:
    base, is_seen = TYPES[name]
    shown: Record = {}
    if ask.query.get("context") == "edit":
        visibility = {"show_in_nav_menus": is_seen, "show_ui": True}
        shown = {"viewable": is_seen, "visibility": visibility, "capabilities": {}, "labels": {}}
        shown["supports"] = {"title": True, "author": True}
    return {
        "description": "",
        "hierarchical": name == "page",
        "name": name,
        "slug": name,
        "taxonomies": ["category", "post_tag"] if name == "post" else [],
        "rest_base": base,
        "rest_namespace": "wp/v2",
        **shown,
    }


def _taxonomy(name: str) -> Record:
    return {
        "name": name,
        "slug": name,
        "description": "",
        "types": ["post"],
        "hierarchical": name == "category",
        "rest_base": TAXONOMIES[name],
        "rest_namespace": "wp/v2",
    }


def _me(ask: Ask, may_edit: bool) -> Answer:
    if not may_edit:
        return refuse(401, "rest_not_logged_in", "You are not currently logged in.")
    body: Record = {"id": 9, "name": "Reporter", "slug": "reporter", "url": "", "meta": []}
    if ask.query.get("context") == "edit":
        capabilities = dict.fromkeys(EDITOR, True)
        body |= {"username": "reporter", "roles": ["editor"], "capabilities": capabilities}
    return answer(_narrowed(ask, body))


def _users(ask: Ask, world: World, site: str) -> Answer:
    """An editor sees those who have published something, as the public does."""
    if ask.query.get("context") == "edit":
        return refuse(403, "rest_forbidden_context", "Sorry, you are not allowed to list users.")
    writers = {each["author"] for each in _published(world, site)}
    rows = [each for each in _held(world, "users", site) if each["id"] in writers]
    return _listed(ask, rows, default="name", is_strict=False)


def _terms(ask: Ask, world: World, site: str, taxonomy: str) -> Answer:
    used = [term for each in _published(world, site) for term in each.get(TAXONOMIES[taxonomy], [])]
    rows = [{**each, "count": used.count(each["id"])} for each in _held(world, taxonomy, site)]
    return _listed(ask, rows, default="name", is_strict=False)


def _posts(ask: Ask, world: World, site: str, type_: str, may_edit: bool) -> Answer:
    asked = set(ask.query.get("status", "publish").split(","))
    if asked - set(STATUSES) or (asked != {"publish"} and not may_edit):
        told = "Status is forbidden."
        detail = {"status": {"code": "rest_forbidden_status", "message": told, "data": None}}
        broken = {"params": {"status": told}, "details": detail}
        return refuse(400, "rest_invalid_param", "Invalid parameter(s): status", **broken)
    rows = [each for each in _held(world, "posts", f"{site}:{type_}") if each["status"] in asked]
    zone = ZoneInfo(SITES[site])
    for name, field, is_kept in (
        ("after", "date", str.__gt__),
        ("before", "date", str.__lt__),
        ("modified_after", "modified", str.__gt__),
        ("modified_before", "modified", str.__lt__),
    ):
        if name in ask.query:
            bound = _local(ask.query[name], zone)
            rows = [each for each in rows if is_kept(each[field], bound)]
    if ask.query.get("context") != "edit":
        rows = [_public(each) for each in rows]
    return _listed(ask, rows, default="date", is_strict=True)


def _local(text: str, zone: ZoneInfo) -> str:
    """Return an instant on the site's clock, which is what posts are compared by."""
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (instant.astimezone(zone) if instant.tzinfo else instant).strftime("%Y-%m-%dT%H:%M:%S")


def _public(record: Record) -> Record:
    found = {name: value for name, value in record.items() if name not in _OF_EDITORS}
    for name in ("guid", "title", "content", "excerpt"):
        found[name] = {k: v for k, v in found[name].items() if k not in ("raw", "block_version")}
        if found[name].get("protected"):
            found[name]["rendered"] = ""
    return found


def _held(world: World, object_: str, parent: str) -> list[Record]:
    rows = world.state.rows("wordpress", object_, parent)
    return [orjson.loads(row.body) for row in rows if row.status == "live"]


def _published(world: World, site: str) -> list[Record]:
    found = [each for type_ in TYPES for each in _held(world, "posts", f"{site}:{type_}")]
    return [each for each in found if each["status"] == "publish"]


def _listed(ask: Ask, rows: list[Record], *, default: str, is_strict: bool) -> Answer:
    """Return a page of a list; past its end posts refuse, users and terms answer with none."""
    size, page = int(ask.query.get("per_page", "10")), int(ask.query.get("page", "1"))
    if not 1 <= size <= 100:
        told = "per_page must be between 1 (inclusive) and 100 (inclusive)"
        params = {"per_page": told}
        return refuse(400, "rest_invalid_param", "Invalid parameter(s): per_page", params=params)
    by = ask.query.get("orderby", default)
    order = ask.query.get("order", "desc" if default == "date" else "asc")
    rows = sorted(rows, key=_key(by), reverse=order == "desc")
    pages = math.ceil(len(rows) / size)
    if is_strict and rows and page > pages:
        told = "The page number requested is larger than the number of pages available."
        return refuse(400, "rest_post_invalid_page_number", told)
    totals: dict[str, str] = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    if page < pages:
        totals["Link"] = f'<https://www.fathom.example{ask.path}?page={page + 1}>; rel="next"'
    shown = [_narrowed(ask, each) for each in rows[(page - 1) * size : page * size]]
    return Answer(200, orjson.dumps(shown), {"content-type": "application/json", **totals})


def _key(by: str) -> Callable[[Record], tuple[Any, int]]:
    return lambda record: (record[by], record["id"])


def _narrowed(ask: Ask, record: Record) -> Record:
    """Narrow a record by `_fields`, whose dots go down one level."""
    wanted = ask.query.get("_fields")
    if not wanted:
        return record
    found: Record = {}
    for field in wanted.split(","):
        name, _, inner = field.partition(".")
        if name not in record:
            continue
        if not inner:
            found[name] = record[name]
        elif inner in record[name]:
            found.setdefault(name, {})[inner] = record[name][inner]
    return found


VENDORS = (
    # Core counts no calls; how many a site bears is its host's.
    Vendor("wordpress", PATHS, view, wordpress.changes, planted=wordpress_story.planted),
)
