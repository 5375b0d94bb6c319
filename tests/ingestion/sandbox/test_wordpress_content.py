"""Staged content against the planted truth, for two companies, over four loads.

The second load is four days after the first, so it asks for changes only; the others read all.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from live_sandbox import Live, serving

from benchmarks.model_sql import rendered
from ingestion.config import sandbox_config
from ingestion.pipeline import load
from ingestion.sandbox.company import Company
from ingestion.sandbox.files import write_event_files
from ingestion.sandbox.wire.wordpress import text_of
from ingestion.sandbox.wire.wordpress_story import (
    MOVED_PARENT_AT,
    RENAMED_AUTHOR,
    Item,
    authors,
    items,
    planted,
    site_id,
)
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow
CLOCKS = tuple(
    datetime(2026, month, day, 6, tzinfo=UTC) for month, day in ((3, 16), (3, 20), (5, 20), (7, 1))
)
TIMES = tuple(int(each.timestamp() * 1000) for each in CLOCKS)
THINGS = ("sites", "items", "item_paths", "item_terms", "terms", "authors")
WORDS = {"publish": "published", "future": "scheduled", "pending": "in_review", "trash": "trashed"}
OUT = ("publish", "private")


def taken(live: Live, source: str, home: Path, clock: datetime, **config: Any) -> None:
    load(
        source,
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config={**sandbox_config(SOURCES[source], {}, live.base), **config},
        as_of=clock,
        run_id=f"{clock:%Y%m%d}",
    )


@pytest.fixture(scope="module", params=[5, 23])
def loads(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Company]:
    home = tmp_path_factory.mktemp(f"content{request.param}")
    with serving(seed=request.param, scale=0.01) as live:
        for clock in CLOCKS:
            assert live.control("POST", "clock", {"as_of": clock.isoformat()}).status == 200
            taken(live, "wordpress", home, clock)
            shown = live.control("GET", "requests").json()
            asked = {each["query"].get("modified_after") for each in shown}
            assert (asked == {None}) == (clock == CLOCKS[0])
        company = live.world.company
        write_event_files(company, home / "inbox/web_events", TIMES[0], TIMES[-1])
        taken(live, "web_events", home, CLOCKS[-1], inbox=str(home / "inbox"))
        taken(live, "ga4", home, CLOCKS[-1])
    return home / "warehouse.duckdb", company


@pytest.fixture
def models(loads: tuple[Path, Company]) -> Callable[..., list[tuple]]:
    """Return a query over the project's own models of the raw rows, changed first if asked to."""

    def query(sql: str, change: str = "") -> list[tuple]:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{loads[0]}' as held (read_only)")
            for source in ("wordpress", "web_events", "ga4"):
                connection.execute(f"create schema raw_{source}")
                for table in SOURCES[source].tables:
                    name = f"raw_{source}.{table.name}"
                    connection.execute(f"create table {name} as select * from held.{name}")
            connection.execute(change or "select 1")
            for source, model in (
                *(("wordpress", f"stg_wordpress__content_{thing}") for thing in THINGS),
                ("web_events", "stg_web_events__events"),
                ("ga4", "stg_ga4__landing_page_days"),
            ):
                connection.execute(f"set search_path = 'raw_{source}'")
                connection.execute(f"create table main.{model} as {rendered(model)}")
            connection.execute("set search_path = 'main'")
            return connection.execute(sql).fetchall()

    return query


def seen(item: Item) -> list[Any]:
    """Return the version that each load saw, None where it saw none."""
    return [item.at(clock) for clock in TIMES]


def path_of(text: str) -> str:
    return text.lower().rstrip("/") or "/"


def utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)


def test_every_item_stands_where_the_truth_says(loads: Any, models: Any) -> None:
    expected = {}
    for item in items(loads[1]):
        versions = seen(item)
        held = [each for each in versions if each]
        if not held:
            continue
        last = held[-1]
        out = [each for each in held if each.status in OUT]
        expected[site_id(item.site), str(item.id)] = (
            item.type,
            WORDS.get(last.status, last.status),
            path_of(last.path) if last.path else None,
            str(item.author),
            len(text_of(item).split()),
            utc(out[-1].dated) if out else None,
            utc(last.dated) if last.status == "future" else None,
            versions[-1] is None,
        )
    staged = models(
        "select site_id, item_native_id, item_type, status, page_path, author_native_id, "
        "word_count, published_at, scheduled_at, is_deleted from stg_wordpress__content_items"
    )
    assert len(expected) > 60
    states = {status for _, status, *_ in expected.values()}
    assert states == {"published", "private", "scheduled", "in_review", "draft", "trashed"}
    assert {(site, id_): tuple(rest) for site, id_, *rest in staged} == expected
    # Two sites use the same numbers.
    assert len({id_ for _, id_ in expected}) < len(expected)


def test_what_went_out_by_its_schedule_is_seen_although_nobody_edited_it(
    loads: Any, models: Any
) -> None:
    """Between the first two loads, where the second asked for changes alone."""
    unedited = [
        item
        for item in items(loads[1])
        if (first := item.at(TIMES[0])) is not None
        and (second := item.at(TIMES[1])) is not None
        and (first.status, second.status) == ("future", "publish")
        and second.edited < TIMES[0] - 3 * 86_400_000
    ]
    assert unedited
    with duckdb.connect(str(loads[0]), read_only=True) as connection:
        for item in unedited:
            [(first,)] = connection.execute(
                "select min(_dlt_valid_from)::timestamp from raw_wordpress.posts "
                "where site_id = ? and id = ? and status = 'publish'",
                [site_id(item.site), str(item.id)],
            ).fetchall()
            assert first == CLOCKS[1].replace(tzinfo=None)


def test_an_address_that_changed_holds_for_its_time_only(loads: Any, models: Any) -> None:
    rows = models(
        "select item_native_id, page_path, valid_from, valid_to, is_current "
        "from stg_wordpress__content_item_paths where site_id = 'www.fathom.example' "
        "order by item_native_id, path_no"
    )
    spans: dict[str, list[tuple]] = {}
    for id_, *rest in rows:
        spans.setdefault(id_, []).append(tuple(rest))
    # The page below a renamed one: nothing of its own was edited.
    began = utc(next(each for each in items(loads[1]) if each.id == 19).versions[0].dated or 0)
    found = CLOCKS[2].replace(tzinfo=None)
    assert TIMES[1] < MOVED_PARENT_AT < TIMES[2]
    assert spans["19"] == [
        ("/company/careers", began, found, False),
        ("/about/careers", found, None, True),
    ]
    renamed = {key.split(":")[1] for kind, _, _, key, _ in planted(loads[1]) if "slug" in kind}
    assert {id_ for id_, held in spans.items() if len(held) > 1} - {"19"} <= renamed
    assert all(
        earlier[2] <= later[1] for held in spans.values() for earlier, later in pairwise(held)
    )
    current = {(id_, held[-1][0]) for id_, held in spans.items() if held[-1][3]}
    out = models(
        "select item_native_id, page_path from stg_wordpress__content_items "
        "where site_id = 'www.fathom.example' and page_path is not null and not is_deleted"
    )
    assert current == set(out)


def test_the_terms_of_an_item_are_those_it_has_now(loads: Any, models: Any) -> None:
    expected = set()
    for item in items(loads[1]):
        last = item.at(TIMES[-1])
        if last is not None and item.type == "post":
            named = (("category", item.categories), ("post_tag", last.tags))
            expected |= {
                (site_id(item.site), str(item.id), taxonomy, str(term))
                for taxonomy, terms in named
                for term in terms
            }
    staged = models(
        "select site_id, item_native_id, taxonomy, term_native_id "
        "from stg_wordpress__content_item_terms"
    )
    assert set(staged) == expected
    assert len(staged) == len(expected) > 100
    assert any("term_removed" in kind for kind, *_ in planted(loads[1]))
    names = dict(models("select term_native_id, term_name from stg_wordpress__content_terms"))
    assert names["3"] == "Product & News"


def test_a_renamed_author_has_one_name_and_one_who_published_nothing_none(
    loads: Any, models: Any
) -> None:
    company = loads[1]
    rows = models(
        "select site_id, author_native_id, author_name from stg_wordpress__content_authors"
    )
    staged = {(site, id_): name for site, id_, name in rows}
    assert len(staged) == len(rows)
    home = "www.fathom.example"
    before, after = authors(company.seed, "")[RENAMED_AUTHOR]
    assert staged[home, str(RENAMED_AUTHOR)] == after != before
    assert (home, "6") not in staged
    with duckdb.connect(str(loads[0]), read_only=True) as connection:
        held = connection.execute(
            "select name from raw_wordpress.users where site_id = ? and id = ? "
            "order by _dlt_valid_from",
            [home, str(RENAMED_AUTHOR)],
        ).fetchall()
    assert held == [(before,), (after,)]


def test_the_pages_that_visitors_see_are_pages_of_the_site_by_their_path(
    loads: Any, models: Any
) -> None:
    """By the models' own paths, and counted again by hand from the raw addresses."""
    joined = models(
        "select items.page_path, count(*) from stg_web_events__events as events "
        "inner join stg_wordpress__content_items as items using (page_path) "
        "where events.event_type = 'page' and items.page_host = 'fathom.example' "
        "and not items.is_deleted group by 1"
    )
    with duckdb.connect(str(loads[0]), read_only=True) as connection:
        urls = connection.execute(
            "select page_url from raw_web_events.events where type = 'page'"
        ).fetchall()
    counted: dict[str, int] = {}
    for (url,) in urls:
        path = path_of(urlsplit(url).path)
        counted[path] = counted.get(path, 0) + 1
    assert len(counted) == 6
    assert dict(joined) == counted
    landed = models(
        "select distinct landing_page, page_path from stg_ga4__landing_page_days "
        "where page_path not in (select page_path from stg_wordpress__content_items "
        "where page_path is not null)"
    )
    assert landed == []
    unnamed = models("select landing_page from stg_ga4__landing_page_days where page_path is null")
    assert {page for (page,) in unnamed} <= {"(not set)", "(other)"}


def test_a_draft_does_not_pass_for_the_home_page(models: Any) -> None:
    """The link of a draft is the home page's address with a number behind it."""
    found = models(
        "select item_native_id from stg_wordpress__content_items "
        "where page_path = '/' and page_host = 'fathom.example'"
    )
    assert found == [("10",)]


def test_another_address_of_one_post_changes_its_row_and_its_paths_alone(models: Any) -> None:
    change = (
        "update raw_wordpress.posts set link = 'https://www.fathom.example/blog/Other/' "
        "where id = '100' and site_id = 'www.fathom.example'"
    )
    for thing in THINGS:
        table = f"stg_wordpress__content_{thing}"
        before, after = models(f"from {table}"), models(f"from {table}", change)
        gone, new = set(before) - set(after), set(after) - set(before)
        if thing in ("items", "item_paths"):
            [old], [fresh] = gone, new
            moved = {(a, b) for a, b in zip(old, fresh, strict=True) if a != b}
            assert ("/blog/clean-data", "/blog/other") in moved
            assert len(moved) == (2 if thing == "items" else 1)
        else:
            assert not gone | new
