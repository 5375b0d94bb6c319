"""Records of WordPress -> raw rows: texts become their lengths, dates that are not set are null."""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.shape import flat

# What is asked for of a post; taxonomies join by their own names.
FIELDS = (
    *("id", "date_gmt", "modified_gmt", "slug", "status", "type", "link", "title.rendered"),
    *("content.rendered", "content.protected", "excerpt.rendered"),
    *("author", "featured_media", "parent", "template"),
)
# A type that has none of these, such as pages without a parent, sends no such field.
_NOT_EVERY_TYPE = ("author", "featured_media", "parent", "template")
_TEXTS = ("title", "content", "excerpt")
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# MySQL's zero date, as it stands or through PHP's calendar.
_UNSET = re.compile(r"(0000|-)")
_UNPUBLISHED = ("draft", "pending", "trash")


def plain(markup: str) -> str:
    """Return the text of HTML: no tags, no scripts, entities as letters, single blanks."""
    return " ".join(html.unescape(_TAG.sub(" ", _HIDDEN.sub("", markup))).split())


def shown(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the row with the entities of these fields as letters: core escapes them when saved."""
    held = {name: row[name] for name in names if isinstance(row.get(name), str)}
    return {**row, **{name: html.unescape(value) for name, value in held.items()}}


def post_row(
    ctx: Extraction, site_id: str, record: Mapping[str, Any], bases: Collection[str]
) -> dict[str, Any]:
    """Return the row of a post; `bases` are the fields that hold its terms."""
    left = {*_TEXTS, "_links", *bases}
    row = flat({name: value for name, value in record.items() if name not in left})
    title, content, excerpt = (_rendered(record.get(name)) for name in _TEXTS)
    protected = _inner(record.get("content"), "protected")
    is_shut = protected is True and content == ""
    if row.get("status") in _UNPUBLISHED and _UNSET.match(str(row.get("date_gmt"))):
        row["date_gmt"] = None
        ctx.count("date_not_set", "posts", column="date_gmt")
    if "title" in record:
        row["title"] = plain(title) if isinstance(title, str) else title
    return {
        **dict.fromkeys(_NOT_EVERY_TYPE),
        **row,
        "site_id": site_id,
        # The text of a post with a password comes empty to whoever may not edit it.
        "word_count": None if is_shut else _words(content),
        "excerpt_length": None if is_shut or excerpt is None else len(plain(str(excerpt))),
        "is_protected": protected,
    }


def term_rows(
    site_id: str, record: Mapping[str, Any], taxonomies: Mapping[str, str], where: str
) -> Iterator[dict[str, Any]]:
    """Yield the terms of a post: `taxonomies` says which taxonomy a field of it holds."""
    for base, taxonomy in taxonomies.items():
        terms = record.get(base, [])
        if not isinstance(terms, list):
            raise PageBroken(
                f"{where}: `{base}` of a post is no list. Nothing was lost: run again."
            )
        for term in terms:
            yield {
                "site_id": site_id,
                "post_id": record.get("id"),
                "taxonomy": taxonomy,
                "term_id": term,
            }


def _inner(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _rendered(value: Any) -> Any:
    """Return the HTML of a text field; what is no text stays, for the types to refuse."""
    return value.get("rendered") if isinstance(value, Mapping) else value


def _words(content: Any) -> int | None:
    return len(plain(content).split()) if isinstance(content, str) else None
