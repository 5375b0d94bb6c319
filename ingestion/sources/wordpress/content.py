"""Pages, posts and further types of one site: what changed, and once a week everything."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

from ingestion.contract import Extraction, Page, Sweep, Yield
from ingestion.errors import PageBroken
from ingestion.guards import refuse_emptied
from ingestion.sources.wordpress.reading import listed, named
from ingestion.sources.wordpress.rows import FIELDS, post_row, term_rows
from ingestion.sources.wordpress.sites import Site
from ingestion.sources.wordpress.tables import POST_TERMS, STATUSES

# What is added while a list is read comes last then.
ID_ORDER = {"orderby": "id", "order": "asc"}
# Parts of a site's machinery that core serves as content; its others begin with wp_.
_MACHINERY = ("attachment", "nav_menu_item")


def content(
    ctx: Extraction, site: Site, site_id: str, taxonomies: Mapping[str, str]
) -> Iterator[Yield]:
    """Yield the posts of every type with their terms: what changed, or all with what is gone."""
    types = _types(ctx, site, site_id)
    since = ctx.cursor(f"modified of {site_id}", "")
    is_whole = ctx.window is None and (not since or ctx.sweep_due)
    asked = [ID_ORDER] if is_whole else _changed(ctx, since)
    seen: set[tuple[str, str]] = set()
    terms: set[tuple[str, ...]] = set()
    for type_, address in types.items():
        where, count = f"wordpress {type_} of {site_id}", len(seen)
        for params in asked:
            told = {**_narrowed(site, taxonomies), **params}
            for records in listed(ctx, address, told, where):
                found = [
                    row for each in records for row in term_rows(site_id, each, taxonomies, where)
                ]
                terms |= {tuple(str(row[name]) for name in POST_TERMS.key) for row in found}
                keys = [(site_id, str(each.get("id"))) for each in records]
                seen |= set(keys)
                yield Page("posts", [post_row(ctx, site_id, each, taxonomies) for each in records])
                yield Page("post_terms", found, units=tuple(keys))
        if is_whole:
            refuse_emptied(ctx, where, len(seen) - count)
    if is_whole:
        yield Sweep("posts", frozenset(seen), (("site_id", site_id),))
        yield Sweep("post_terms", frozenset(terms), (("site_id", site_id),))
    ctx.advance(f"modified of {site_id}", ctx.as_of.isoformat())


def _narrowed(site: Site, taxonomies: Mapping[str, str]) -> dict[str, str]:
    fields = {"_fields": ",".join((*FIELDS, *taxonomies))}
    return {**fields, "status": ",".join(STATUSES), "context": "edit"} if site.has_login else fields


def _changed(ctx: Extraction, since: str) -> list[dict[str, str]]:
    """Return the two questions that find what changed: by its editing, and by its going out."""
    if ctx.window:
        first, last = (datetime.combine(day, time(), UTC) for day in ctx.window)
        until = {"modified_before": _stamp(last + timedelta(days=1))}
        return [{"modified_after": _stamp(first - timedelta(seconds=1)), **until, **ID_ORDER}]
    back = timedelta(days=float(ctx.config.get("lookback_days", 2)))
    start = _stamp(datetime.fromisoformat(since) - back)
    return [
        {"modified_after": start, "orderby": "modified", "order": "asc"},
        {"after": start, **ID_ORDER},
    ]


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _types(ctx: Extraction, site: Site, site_id: str) -> dict[str, str]:
    """Return type -> address of its list, of all that visitors can see; none may be missing."""
    where = f"wordpress types of {site_id}"
    params = {"context": "edit"} if site.has_login else {}
    skipped = {*_MACHINERY, *str(ctx.config.get("skip_types") or "").replace(",", " ").split()}
    found = {
        name: site.api(f"{each.get('rest_namespace') or 'wp/v2'}/{each.get('rest_base') or name}")
        for name, each in named(ctx, site.api("wp/v2/types"), params, where).items()
        if name not in skipped and not name.startswith("wp_") and each.get("viewable", True)
    }
    gone = set(ctx.state.get(f"types of {site_id}", ())) - found.keys() - skipped
    if gone or not found:
        missing = ", ".join(sorted(gone)) or "every one"
        raise PageBroken(
            f"{where}: {missing} is missing. Nothing was lost: run again. If the site dropped it "
            "on purpose, name it in skip_types in config/sources.yml: its content is gone then."
        )
    ctx.state[f"types of {site_id}"] = sorted(found)
    return found
