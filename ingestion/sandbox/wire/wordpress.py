"""The company's WordPress: every record as the controllers would answer it to an editor."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.sandbox.company import START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.wordpress_story import (
    CATEGORIES,
    HOST,
    RENAMED_AT,
    RENAMED_AUTHOR,
    SITES,
    TAGS,
    Item,
    Version,
    authors,
    items,
)

_WORDS = ("every", "form", "that", "nobody", "reads", "costs", "a", "lead", "and", "no", "report")
UNDATED = "0000-00-00T00:00:00"


def changes(company: Company) -> Iterator[Change]:
    """Yield sites, terms, users, and each post whenever something about it changes."""
    for site, zone in SITES.items():
        yield change("wordpress", "sites", site, START, _index(site, zone))
        for taxonomy, terms in (("category", CATEGORIES), ("post_tag", TAGS)):
            for id_, name in terms.items():
                body = _term(site, taxonomy, id_, name)
                yield change("wordpress", taxonomy, f"{site}:{id_}", START, body, parent=site)
        for id_, (name, renamed) in authors(company.seed, site).items():
            key, body = f"{site}:{id_}", _user(site, id_, name)
            yield change("wordpress", "users", key, START, body, parent=site)
            if id_ == RENAMED_AUTHOR:
                body = _user(site, id_, renamed)
                yield change("wordpress", "users", key, RENAMED_AT, body, parent=site)
    for item in items(company):
        key, parent = f"{item.site}:{item.id}", f"{item.site}:{item.type}"
        for version in item.versions:
            body = _post(item, version)
            yield change("wordpress", "posts", key, version.at, body, parent=parent)
        if item.deleted is not None:
            at, body = item.deleted, _post(item, item.versions[-1])
            yield change("wordpress", "posts", key, at, body, parent=parent, status="deleted")


def text_of(item: Item) -> str:
    """Return the words of an item, as a reader sees them."""
    return " ".join(_WORDS[number % len(_WORDS)] for number in range(item.words))


def _index(site: str, zone: str) -> dict[str, Any]:
    return {
        "name": "Fathom" if not site else "Fathom Deutschland",
        "description": "One journey, one number",
        "url": f"{HOST}{site}",
        "home": f"{HOST}{site}",
        "gmt_offset": "-4" if not site else "2",
        "timezone_string": zone,
        "page_for_posts": 16 if not site else 0,
        "page_on_front": 10,
        "show_on_front": "page",
        "namespaces": ["oembed/1.0", "wp/v2", "wp-site-health/v1"],
        "authentication": {
            "application-passwords": {
                "endpoints": {"authorization": f"{HOST}{site}/wp-admin/authorize-application.php"}
            }
        },
        "routes": {},
        "site_logo": 0,
        "site_icon": 0,
        "site_icon_url": "",
    }


def _term(site: str, taxonomy: str, id_: int, name: str) -> dict[str, Any]:
    slug = name.lower().replace(" & ", "-").replace(" ", "-")
    rest = {"parent": 0} if taxonomy == "category" else {}
    base = "category" if taxonomy == "category" else "tag"
    return {
        "id": id_,
        "count": 0,
        "description": "",
        "link": f"{HOST}{site}/{base}/{slug}/",
        "name": name.replace("&", "&amp;"),
        "slug": slug,
        "taxonomy": taxonomy,
        **rest,
        "meta": [],
    }


def _user(site: str, id_: int, name: str) -> dict[str, Any]:
    slug = name.lower().replace(" ", "-")
    return {
        "id": id_,
        "name": name,
        "url": "",
        "description": "",
        "link": f"{HOST}{site}/author/{slug}/",
        "slug": slug,
        "avatar_urls": {"24": f"https://secure.gravatar.com/avatar/{id_}?s=24"},
        "meta": [],
    }


def _post(item: Item, version: Version) -> dict[str, Any]:
    zone = ZoneInfo(SITES[item.site])
    gmt = UNDATED if version.dated is None else iso_ms(version.dated)[:19]
    local = UNDATED if version.dated is None else _local(version.dated, zone)
    name = "page_id" if item.type == "page" else "p"
    plain = f"{HOST}{item.site}/?{name}={item.id}"
    link = f"{HOST}{version.path}" if version.path else plain
    words = text_of(item)
    content = f"\n<p>{words[: len(words) // 2]}<!-- more -->{words[len(words) // 2 :]}</p>\n"
    extra: dict[str, Any] = {"parent": item.parent, "menu_order": 0}
    if item.type == "post":
        extra = {
            "sticky": False,
            "format": "standard",
            "categories": list(item.categories),
            "tags": list(version.tags),
        }
    return {
        "id": item.id,
        "date": local,
        "date_gmt": gmt,
        "guid": {"rendered": plain, "raw": plain},
        "modified": _local(version.edited, zone),
        "modified_gmt": iso_ms(version.edited)[:19],
        "password": "open sesame" if item.has_password else "",
        "slug": version.slug,
        "status": version.status,
        "type": item.type,
        "link": link,
        "title": {"raw": item.title, "rendered": item.title},
        "content": {
            "raw": content,
            "rendered": f"{content}<script>var x = 1 < 2;</script>",
            "protected": item.has_password,
            "block_version": 1,
        },
        "excerpt": {
            "raw": "",
            "rendered": f"<p>{words[:60]}&hellip;</p>\n",
            "protected": item.has_password,
        },
        "author": item.author,
        "featured_media": item.id * 7 if item.type == "post" else 0,
        "comment_status": "closed",
        "ping_status": "closed",
        "template": "landing.php" if item.title == "Webinar" else "",
        "meta": {"footnotes": ""},
        **extra,
        "permalink_template": f"{HOST}{item.site}/%pagename%/",
        "generated_slug": version.slug,
        "class_list": [f"post-{item.id}"],
    }


def _local(instant: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%Y-%m-%dT%H:%M:%S")
