"""What WordPress's answers may hold, written down by hand from the item schemas of its controllers.

There is no client and no specification to judge by: names, kinds and contexts are those that the
REST controllers of WordPress/wordpress-develop (posts, terms, users, types, taxonomies) register.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from live_sandbox import Told

LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
TEXT, NUMBER, FLAG, LIST, OBJECT = str, int, bool, list, dict
# Name -> its kind, and whether only the context `edit` shows it.
POST = {
    **dict.fromkeys(("date", "date_gmt", "modified", "modified_gmt"), (TEXT, False)),
    **dict.fromkeys(("slug", "status", "type", "link", "template"), (TEXT, False)),
    **dict.fromkeys(("comment_status", "ping_status"), (TEXT, False)),
    **dict.fromkeys(("guid", "title", "content", "excerpt", "meta"), (OBJECT, False)),
    **dict.fromkeys(("id", "author", "featured_media"), (NUMBER, False)),
    "class_list": (LIST, False),
    **dict.fromkeys(("password", "permalink_template", "generated_slug"), (TEXT, True)),
}
OF_TYPE = {
    "posts": {
        "sticky": (FLAG, False),
        "format": (TEXT, False),
        "categories": (LIST, False),
        "tags": (LIST, False),
    },
    "pages": {"parent": (NUMBER, False), "menu_order": (NUMBER, False)},
}
INNER = {
    "guid": ({"rendered"}, {"raw"}),
    "title": ({"rendered"}, {"raw"}),
    "content": ({"rendered", "protected"}, {"raw", "block_version"}),
    "excerpt": ({"rendered", "protected"}, {"raw"}),
}
TERM = {
    **dict.fromkeys(("description", "link", "name", "slug", "taxonomy"), TEXT),
    **dict.fromkeys(("id", "count"), NUMBER),
    "meta": LIST,
}
USER = {
    **dict.fromkeys(("name", "url", "description", "link", "slug"), TEXT),
    "id": NUMBER,
    "avatar_urls": OBJECT,
    "meta": LIST,
}
TYPE = {
    **dict.fromkeys(("description", "name", "slug", "rest_base", "rest_namespace"), TEXT),
    "hierarchical": FLAG,
    "taxonomies": LIST,
}
TYPE_OF_EDITORS = {"capabilities", "labels", "supports", "viewable", "visibility"}
INDEX = {
    *("name", "description", "url", "home", "gmt_offset", "timezone_string", "namespaces"),
    *("page_for_posts", "page_on_front", "show_on_front", "authentication", "routes"),
    *("site_logo", "site_icon", "site_icon_url"),
}
TAXONOMY = {
    **dict.fromkeys(("description", "name", "slug", "rest_base", "rest_namespace"), TEXT),
    "hierarchical": FLAG,
    "types": LIST,
}
ERROR = {"code", "message", "data"}
_POSTS = ("posts", "pages", "case-studies")


def judge(told: Told) -> str:
    """Return the kind of an answer; raises AssertionError where a controller has no such word."""
    body, route = json.loads(told.body), told.path.partition("/wp-json/")[2]
    kind = route.removeprefix("wp/v2/")
    if told.status >= 400:
        assert set(body) == ERROR
        return "error"
    if not kind:
        assert set(body) <= INDEX, set(body) - INDEX
        return "index"
    if kind in ("types", "taxonomies"):
        known = TAXONOMY if kind == "taxonomies" else TYPE.keys() | TYPE_OF_EDITORS
        for record in body.values():
            assert set(record) <= set(known), set(record) - set(known)
        return kind
    if kind == "users/me":
        assert set(body) <= USER.keys() | {"capabilities", "username", "roles"}
        return kind
    for record in body:
        _record(kind, record)
    return "posts" if kind in _POSTS else kind


def _record(kind: str, record: Mapping[str, Any]) -> None:
    """Check a record that was narrowed to what was asked for."""
    if kind not in _POSTS:
        known = USER if kind == "users" else {**TERM, "parent": NUMBER}
        kinds = {name: known.get(name) for name in record}
        assert kinds == {name: type(value) for name, value in record.items()}
        return
    schema = {**POST, **OF_TYPE["posts"], **OF_TYPE["pages"]}
    for name, value in record.items():
        assert type(value) is schema[name][0], name
        if name in INNER:
            shown, hidden = INNER[name]
            assert set(value) <= shown | hidden
