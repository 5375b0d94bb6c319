"""WordPress sites -> raw_wordpress, by the REST API that each site serves at /wp-json/.

Read in the controllers of WordPress/wordpress-develop (posts, terms, users, types), November 2026:
- `modified_after` compares with the site's local clock, so an hour comes twice in autumn; an
  instant with a zone is converted. `date_gmt` and `modified_gmt` are UTC without saying so.
- Going out by schedule does not move `modified`: a scheduled post is found by its date. Neither
  does a renamed author, another parent's slug, a removed term or an edited permalink structure
  move it: a weekly list of everything finds these, and what is gone.
- The link of what is not out is `?p=ID`, which is no page. A draft's date is a guess of its last
  saving. Totals stand in X-WP-Total; posts that the login may not edit are counted there and left
  out of the list, so the login's role is asked for first.
- `_fields` narrows posts, terms and users, but empties an answer that is keyed by name (types).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import LEFT_OUT, Extraction, Page, Source, Sweep, Table, Yield
from ingestion.errors import LoadFailed
from ingestion.guards import refuse_emptied
from ingestion.shape import flat
from ingestion.sources.wordpress.content import ID_ORDER, content
from ingestion.sources.wordpress.reading import listed, named, one
from ingestion.sources.wordpress.rows import shown
from ingestion.sources.wordpress.sites import Site, id_of, session, sites
from ingestion.sources.wordpress.tables import POST_TERMS, POSTS, SITES, TERMS, USERS

INDEX = (
    *("name", "description", "url", "home", "gmt_offset", "timezone_string"),
    *("show_on_front", "page_on_front", "page_for_posts"),
)
_EDITOR = ("edit_others_posts", "edit_others_pages")


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield each site in turn; a site that is read no longer is gone with all of its rows."""
    seen: list[str] = []
    for site in sites(ctx.config):
        index = _index(ctx, site)
        site_id = id_of(str(index.get("home") or ""))
        if site_id in seen:
            raise LoadFailed(f"wordpress: two addresses are both the site {site_id}. Take one out.")
        seen.append(site_id)
        yield from _site(ctx, site, site_id, index)
    for site_id in set(ctx.state.get("sites", ())) - set(seen):
        for table in (SITES, POSTS, POST_TERMS, TERMS, USERS):
            yield Sweep(table.name, frozenset(), (("site_id", site_id),))
    ctx.state["sites"] = seen


def _index(ctx: Extraction, site: Site) -> dict[str, Any]:
    return one(ctx, site.api(""), {"_fields": ",".join(INDEX)}, f"wordpress {site.address}")


def _site(ctx: Extraction, site: Site, site_id: str, index: Mapping[str, Any]) -> Iterator[Yield]:
    if site.has_login:
        _refuse_less_than_editor(ctx, site)
    else:
        ctx.count("only_published_is_seen", "posts")
    told = {name: value for name, value in flat(index).items() if name != "_links"}
    row = {**dict.fromkeys(INDEX), **told, "site_id": site_id, "sees_drafts": site.has_login}
    yield Page("sites", [shown(row, "name", "description")])
    taxonomies = _taxonomies(ctx, site, site_id)
    terms: set[tuple[str, ...]] = set()
    for base, taxonomy in taxonomies.items():
        fields = {"_fields": "id,name,slug,parent,count", **ID_ORDER}
        extra = {"site_id": site_id, "taxonomy": taxonomy, "parent": None}
        yield from _read(ctx, TERMS, site.api(f"wp/v2/{base}"), fields, extra, terms)
    yield Sweep("terms", frozenset(terms), (("site_id", site_id),))
    if not ctx.config.get("skip_authors"):
        users: set[tuple[str, ...]] = set()
        fields = {"_fields": "id,name,slug", **ID_ORDER}
        address = site.api("wp/v2/users")
        yield from _read(ctx, USERS, address, fields, {"site_id": site_id}, users)
        refuse_emptied(ctx, f"wordpress users of {site_id}", len(users))
        yield Sweep("users", frozenset(users), (("site_id", site_id),))
    yield from content(ctx, site, site_id, taxonomies)


def _taxonomies(ctx: Extraction, site: Site, site_id: str) -> dict[str, str]:
    """Return the name of a taxonomy in addresses and in posts -> its own; menus are machinery."""
    found = named(ctx, site.api("wp/v2/taxonomies"), {}, f"wordpress taxonomies of {site_id}")
    return {
        str(each.get("rest_base") or name): name
        for name, each in found.items()
        if name != "nav_menu" and not name.startswith("wp_")
    }


def _read(
    ctx: Extraction,
    table: Table,
    address: str,
    params: Mapping[str, Any],
    extra: Mapping[str, Any],
    keys: set[tuple[str, ...]],
) -> Iterator[Page]:
    """Yield a list that is read whole, and note its keys."""
    for records in listed(ctx, address, params, f"wordpress {address}"):
        rows = [
            {**extra, **flat({name: v for name, v in each.items() if name != "_links"})}
            for each in records
        ]
        if table is TERMS:
            rows = [shown(row, "name") for row in rows]
        keys |= {tuple(str(row.get(name)) for name in table.key) for row in rows}
        yield Page(table.name, rows)


def _refuse_less_than_editor(ctx: Extraction, site: Site) -> None:
    """Raise LoadFailed where the login sees its own drafts alone: the list would lack the rest."""
    params = {"context": "edit", "_fields": "id,capabilities"}
    me = one(ctx, site.api("wp/v2/users/me"), params, f"wordpress login at {site.address}")
    may = me.get("capabilities")
    lacking = [each for each in _EDITOR if not (isinstance(may, Mapping) and may.get(each))]
    if lacking:
        raise LoadFailed(
            f"wordpress: the login at {site.address} has no right to {' and '.join(lacking)}. "
            "Make an application password for a user of the role Editor, then run again."
        )


def _ask_drafts(ctx: Extraction) -> str:
    if ctx.config.get("published_only"):
        return LEFT_OUT
    for site in sites(ctx.config):
        if not site.has_login:
            raise LoadFailed(
                f"no login is set for {site.address}: only what is published is seen. Make an "
                "application password of an Editor and set ENGINEROOM_WORDPRESS_LOGINS, or set "
                "published_only: true in config/sources.yml"
            )
        _refuse_less_than_editor(ctx, site)
    return ""


def _ask_published(ctx: Extraction) -> None:
    for site in sites(ctx.config):
        address = site.api("wp/v2/posts")
        ctx.http.get(address, {"per_page": 1, "_fields": "id"})


WORDPRESS = Source(
    name="wordpress",
    kind="content",
    title="WordPress",
    tables=(SITES, POSTS, POST_TERMS, TERMS, USERS),
    extract=extract,
    required=("base_url",),
    secrets=("logins",),
    session=session,
    settings=(
        Setting("base_url", None, "the site's address, such as https://www.example.com"),
        Setting("more_sites", None, "further sites: addresses, or paths such as /de on this host"),
        Setting("published_only", False, "true to do without a login: drafts are not seen then"),
        Setting("skip_types", None, "types of content to leave out, by their names"),
        Setting("skip_authors", False, "true where a site hides its authors from the API"),
        Setting("lookback_days", 2, "days read again each time: clocks differ by zone and summer"),
        Setting("sweep_days", 7, "days between two lists of everything, which find what is gone"),
        Setting("calls_per_10_seconds", 20, "pace: the site serves its visitors as well"),
    ),
    sandbox={
        "logins": "reporter:abcd EFGH 1234 ijkl MNOP 6789",
        "more_sites": "/de",
    },
    api=Api(
        "wp/v2",
        None,
        "core has served wp/v2 since 4.7 (2016) and names no end of it "
        "(github.com/WordPress/wordpress-develop); application passwords came with 5.6",
    ),
    notes=Notes(
        reads="Each site's pages, posts and further public types in every status, with schedule, "
        "link, author, categories, tags and other terms; word counts and no text; authors' names.",
        cursor="What was edited since the last load, and what went out by its schedule since: the "
        "second moves no date of editing.",
        lookback="Two days each time; everything once a week, because renamed parents, removed "
        "terms and deletions move no date at all.",
        limits="Core has none; 20 calls in ten seconds spare the site, a 429 of its host is "
        "waited for.",
        scopes=(
            ("public REST API", "what is published, terms and authors"),
            ("application password of an Editor", "drafts, scheduled, private and trashed content"),
        ),
        blind=(
            "Without an application password everything that is not published; a load counts it "
            "as `only_published_is_seen`.",
            "Authors who have published nothing, unless the login may list users.",
            "Statuses that a plugin adds, and content that a plugin hides from the API.",
            "Which language a page is in, unless it is a site or a path of its own.",
            "Versions between two loads; WordPress's own revisions are not read.",
        ),
    ),
    asks={
        "public REST API": _ask_published,
        "application password of an Editor": _ask_drafts,
    },
)
