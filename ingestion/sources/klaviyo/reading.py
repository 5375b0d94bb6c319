"""JSON:API in pages, followed by the vendor's own absolute links, which the session keeps at home.

No answer states a total. A full page has lost nothing; any other is believed when it came twice
alike, a full one without a next link too.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ingestion.contract import Extraction
from ingestion.pages import Paging, sure
from ingestion.shape import flat

Record = dict[str, Any]


def pages(
    ctx: Extraction, path: str, size: int, **params: Any
) -> Iterator[tuple[list[Record], list[Record]]]:
    """Yield (records, what was included with them) page by page; raises PageBroken in doubt."""
    paging = Paging(f"klaviyo {path}")
    asked: dict[str, Any] | None = {_name(name): value for name, value in params.items()}
    following: str = path
    while True:
        ask = partial(ctx.http.get, following, asked)
        records, body = sure(ask, "data", paging.where, size, "id")
        link = _next(body)
        if not link and len(records) >= size:
            records, body = sure(ask, "data", paging.where, None, "id")
            link = _next(body)
        paging.add(records, following=link)
        yield records, body.get("included") or []
        if not link:
            return
        following, asked = link, None


def _name(word: str) -> str:
    """`page_size` -> `page[size]`: brackets are no part of a Python name."""
    head, _, rest = word.partition("__")
    return f"{head.replace('_', '-')}[{rest.replace('_', '-')}]" if rest else head


def _next(body: Any) -> str | None:
    links = body.get("links")
    return (links.get("next") or None) if isinstance(links, Mapping) else None


def inside(record: Any, *names: str) -> Any:
    """Return what lies under the names, None where one of them is missing."""
    for name in names:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def plain(record: Mapping[str, Any], *left_out: str) -> Record:
    """Return a record's id and attributes as a row, less those that are read otherwise."""
    attributes = record.get("attributes")
    kept = attributes if isinstance(attributes, dict) else {}
    if left_out:
        kept = {name: value for name, value in kept.items() if name not in left_out}
    return {"id": record.get("id"), **flat(kept)}


def related(record: Mapping[str, Any], name: str) -> Any:
    """Return the id of the one record that this one points at."""
    try:
        return record["relationships"][name]["data"]["id"]
    except (KeyError, TypeError):
        return inside(record, "relationships", name, "data", "id")
