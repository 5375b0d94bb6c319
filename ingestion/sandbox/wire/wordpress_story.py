"""What the company's sites hold and when it changed: the truth behind the WordPress wire.

Two sites of one network: the English one, whose pages the web events visit, and a German one under
/de with ids of its own that are the same numbers. What moves without moving the date of editing is
planted: going out by schedule, a parent's new slug, a removed tag, a renamed author.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from ingestion.sandbox import names
from ingestion.sandbox.company import DAY, END, HOUR, START, Company
from ingestion.sandbox.vendor import Planted

HOST = "https://www.fathom.example"
# Site -> its path below the host and its zone.
SITES = {"": "America/New_York", "/de": "Europe/Berlin"}
RENAMED_AUTHOR, RENAMED_AT = 3, START + 450 * DAY + 11 * HOUR
MOVED_PARENT_AT = START + 465 * DAY + 9 * HOUR
EVERY = 11 * DAY
CATEGORIES = {2: "Guides", 3: "Product & News", 4: "Company", 5: "Data quality"}
TAGS = {30: "Attribution", 31: "CRM", 32: "E-mail", 33: "Consent", 34: "Reporting"}
_TRASHED_AFTER = {4: 120 * DAY, 6: 145 * DAY}
TOPICS = ("Clean data", "One journey", "Honest numbers", "Fewer tools", "Better forms")


@dataclass(frozen=True)
class Version:
    """A post from `at` on; `edited` is what WordPress calls modified, `dated` its date."""

    at: int
    status: str
    slug: str
    path: str
    edited: int
    dated: int | None
    tags: tuple[int, ...] = ()


@dataclass(frozen=True)
class Item:
    """A page, post or case study with its versions; deleted for good at `deleted`."""

    site: str
    type: str
    id: int
    title: str
    author: int
    words: int
    versions: tuple[Version, ...]
    categories: tuple[int, ...] = ()
    parent: int = 0
    has_password: bool = False
    deleted: int | None = None
    traps: tuple[str, ...] = ()

    def at(self, clock: int) -> Version | None:
        """Return the version at an instant, None before the first and after the deletion."""
        if self.deleted is not None and clock >= self.deleted:
            return None
        return next((each for each in reversed(self.versions) if each.at <= clock), None)


def site_id(site: str) -> str:
    """Return the id of a site as a reader knows it: host and path."""
    return f"{HOST.removeprefix('https://')}{site}"


def authors(seed: int, site: str) -> dict[int, tuple[str, str]]:
    """Return author id -> (name, name after the renaming)."""
    rng = Random(f"{seed}/wordpress/authors{site}")
    found = {}
    for id_ in (2, 3, 4, 6):
        first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
        found[id_] = (f"{first} {last}", f"{first} {last}")
    name = found[RENAMED_AUTHOR][0]
    found[RENAMED_AUTHOR] = (name, f"{name.split()[0]} {rng.choice(names.LAST)}-Hale")
    return found


def items(company: Company) -> Iterator[Item]:
    """Yield everything that any site ever held."""
    yield from _pages()
    yield from _unpublished()
    yield _first_post()
    for number in range((END - START) // EVERY):
        yield _post(company.seed, "", number)
    for number in range(5):
        yield _case_study(number)
    yield from _german_pages()
    for number in range(5):
        yield _post(company.seed, "/de", number)


def _page(site: str, id_: int, title: str, path: str, *, parent: int = 0) -> Item:
    at = START - 20 * DAY + id_ * HOUR
    slug = path.strip("/").split("/")[-1] or "home"
    first = Version(at, "publish", slug, f"{site}{path}", at, at)
    return Item(site, "page", id_, title, 2, 60 + id_, (first,), parent=parent)


def _edited(page: Item, every: int) -> Item:
    first = page.versions[0]
    later = [
        Version(at, first.status, first.slug, first.path, at, first.dated)
        for at in range(START + every, END, every)
    ]
    return _with(page, (first, *later))


def _with(item: Item, versions: tuple[Version, ...], *traps: str) -> Item:
    return replace(item, versions=versions, traps=traps)


def _pages() -> Iterator[Item]:
    yield _page("", 10, "Home", "/")
    yield _edited(_page("", 11, "Pricing", "/pricing/"), 90 * DAY)
    yield _edited(_page("", 12, "Product", "/product/"), 120 * DAY)
    yield _page("", 13, "Customers", "/customers/")
    yield _page("", 14, "Webinar", "/webinar/")
    yield _page("", 15, "Book a demo", "/demo/")
    yield _page("", 16, "Blog", "/blog/")
    company = _page("", 18, "Company", "/company/")
    moved = Version(
        *(MOVED_PARENT_AT, "publish", "about", "/about/", MOVED_PARENT_AT),
        company.versions[0].dated,
    )
    yield _with(company, (*company.versions, moved), "content_slug_changed")
    careers = _page("", 19, "Careers", "/company/careers/", parent=18)
    first = careers.versions[0]
    below = Version(
        *(MOVED_PARENT_AT, "publish", "careers", "/about/careers/", first.edited, first.dated)
    )
    yield _with(careers, (first, below), "content_link_moved_unseen")


def _unpublished() -> Iterator[Item]:
    at = START + 30 * DAY
    private = Version(at, "private", "playbook", "/playbook/", at, at)
    yield Item("", "page", 20, "Sales playbook", 2, 90, (private,), traps=("content_private",))
    undated = Version(at, "draft", "", "", at, None)
    yield Item("", "page", 21, "Imported", 2, 30, (undated,), traps=("content_without_a_date",))
    draft = Version(at + DAY, "draft", "", "", at + DAY, at + DAY)
    yield Item("", "page", 22, "Someday", 6, 10, (draft,))
    pending = Version(at + 2 * DAY, "pending", "partners", "", at + 2 * DAY, at + 2 * DAY)
    yield Item("", "page", 23, "Partners", 4, 40, (pending,))


def _first_post() -> Item:
    at = START - 10 * DAY
    out = Version(at, "publish", "clean-data", "/blog/clean-data/", at, at, (30, 31))
    return Item("", "post", 100, "Clean data &#8217;25", 4, 75, (out,), categories=(5,))


def _case_study(number: int) -> Item:
    at = START + number * 70 * DAY + 10 * HOUR
    slug = f"case-{number}"
    out = Version(at, "publish", slug, f"/case-studies/{slug}/", at, at)
    return Item("", "case_study", 900 + number, f"Case {number}", 2, 55, (out,))


def _german_pages() -> Iterator[Item]:
    yield _page("/de", 10, "Start", "/")
    yield _page("/de", 11, "Preise", "/preise/")
    yield _page("/de", 12, "Für Teams", "/f%c3%bcr-teams/")


def _post(seed: int, site: str, number: int) -> Item:
    rng = Random(f"{seed}/wordpress{site}/post/{number}")
    out = START + number * EVERY + DAY + rng.randint(7, 16) * HOUR
    id_ = 101 + number
    slug = f"{rng.choice(TOPICS).lower().replace(' ', '-')}-{number}"
    path = f"{site}/blog/{slug}/"
    tags = tuple(sorted(rng.sample(sorted(TAGS), rng.randint(1, 3))))
    made, planned = out - 14 * DAY, out - 9 * DAY
    author = rng.choice((2, 3, 4))
    kind = number % 10
    versions = [Version(made, "draft", "", "", made, made, tags)]
    traps: list[str] = []
    deleted: int | None = None
    if kind == 9:
        deleted = made + 15 * DAY
        traps.append("content_draft_deleted")
    elif number % 3 == 0:
        # By hand: it is edited when it goes out.
        versions.append(Version(out, "publish", slug, path, out, out, tags))
    else:
        versions.append(Version(planned, "future", slug, "", planned, out, tags))
        versions.append(Version(out, "publish", slug, path, planned, out, tags))
        traps.append("content_scheduled")
    last = versions[-1]
    if kind in _TRASHED_AFTER:
        at = out + _TRASHED_AFTER[kind]
        versions.append(Version(at, "trash", f"{slug}__trashed", "", at, out, tags))
        # WordPress empties its trash after thirty days.
        deleted = at + 30 * DAY
        traps.append("content_trashed")
    if kind == 7:
        at = out + 40 * DAY
        new = f"{slug}-guide"
        versions.append(Version(at, "publish", new, f"{site}/blog/{new}/", at, out, tags))
        traps.append("content_slug_changed")
    if kind == 2:
        at = out + 100 * DAY
        versions.append(Version(at, "publish", slug, path, last.edited, out, tags[1:]))
        traps.append("content_term_removed_unseen")
    return Item(
        *(site, "post", id_, f"{rng.choice(TOPICS)} {number}", author, rng.randint(30, 160)),
        tuple(versions),
        categories=(rng.choice(sorted(CATEGORIES)),),
        has_password=kind == 5,
        deleted=deleted,
        traps=tuple(traps),
    )


def planted(company: Company) -> Iterator[Planted]:
    """Yield what moves unseen, is hidden or goes: kind, source, object, key, note."""
    for each in items(company):
        for trap in each.traps:
            last = each.versions[-1]
            yield trap, "wordpress", "posts", f"{site_id(each.site)}:{each.id}", last.path
        if each.deleted is not None:
            key = f"{site_id(each.site)}:{each.id}"
            yield "content_deleted", "wordpress", "posts", key, each.versions[-1].status
    for site in SITES:
        key = f"{site_id(site)}:{RENAMED_AUTHOR}"
        yield "content_author_renamed", "wordpress", "users", key, ""
