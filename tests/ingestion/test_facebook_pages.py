"""A Facebook page as the connector asks for it: snapshots, days in California, dead metrics."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.facebook_pages import FACEBOOK_PAGES, PAGE_METRICS, extract

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
LAST = date(2026, 6, 29)  # it is still the 30th of June in California
CONFIG = {
    **FACEBOOK_PAGES.defaults,
    "base_url": "https://g",
    "page_id": "1",
    "access_token": "t",
}
DEAD = {"error": {"code": 100, "message": "(#100) The value must be a valid insights metric"}}


class Graph:
    """A page with posts of given ages; every metric of a day is the day of its month."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.posts = list(posts)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.silent: set[str] = set()
        self.dead: set[str] = set()
        self.missing: set[date] = set()
        self.values: dict[str, Any] = {
            "post_media_view": 9,
            "post_reactions_by_type_total": {"like": 2, "love": 1},
            "post_activity_by_action_type": {},
        }

    def get(self, path: str, params: dict[str, Any]) -> Any:
        self.asked.append((path, params))
        id_, _, edge = path.removeprefix("/v26.0/").partition("/")
        if not edge:
            return {"id": id_, "name": "Fathom", "followers_count": 7}
        if edge == "published_posts":
            return {"data": self.posts, "summary": {"total_count": len(self.posts)}}
        names = params["metric"].split(",")
        if self.dead & set(names):
            raise RequestFailed("400", 400, DEAD)
        if id_ == "1":
            return {"data": [{"name": name, "values": self._days(params)} for name in names]}
        if id_ in self.silent:
            return {"data": []}
        return {"data": [{"name": n, "values": [{"value": self.values.get(n, 0)}]} for n in names]}

    def _days(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        first, until = (date.fromisoformat(params[name]) for name in ("since", "until"))
        assert (until - first).days <= 90
        days = [date.fromordinal(each) for each in range(first.toordinal(), until.toordinal())]
        ends = [(day, date.fromordinal(day.toordinal() + 1)) for day in days]
        return [
            {"value": day.day, "end_time": f"{end}T07:00:00+0000"}
            for day, end in ends
            if day <= LAST and day not in self.missing
        ]


def post(number: int, created: str) -> dict[str, Any]:
    return {"id": f"1_{number}", "created_time": created, "message": "Hello"}


def read(page: Graph, state: dict[str, Any] | None = None, **more: Any) -> list[Any]:
    config = {
        **FACEBOOK_PAGES.defaults,
        "base_url": "https://g",
        "page_id": "1",
        "access_token": "t",
    }
    ctx = Extraction(config | more, cast("Session", page), NOW, {} if state is None else state)
    return list(extract(ctx))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def test_only_posts_of_the_last_ninety_days_get_a_snapshot_of_the_day() -> None:
    page = Graph(post(1, "2026-06-20T10:00:00+0000"), post(2, "2026-03-01T10:00:00+0000"))
    found = read(page)
    taken = rows(found, "post_insights")
    assert {(row["post_id"], row["observed_on"]) for row in taken} == {("1_1", NOW.date())}
    assert len(rows(found, "posts")) == 2
    [sweep] = [each for each in found if isinstance(each, Sweep)]
    assert (sweep.keys, sweep.scope) == ({("1_1",), ("1_2",)}, (("page_id", "1"),))


def test_a_metric_of_parts_has_its_whole_and_its_parts() -> None:
    taken = rows(read(Graph(post(1, "2026-06-20T10:00:00+0000"))), "post_insights")
    found = {(row["metric"], row["part"]): row["value"] for row in taken}
    assert found["post_media_view", ""] == 9
    assert found["post_reactions_by_type_total", ""] == 3
    assert found["post_reactions_by_type_total", "love"] == 1
    # Nobody did anything: a zero, and no part.
    assert found["post_activity_by_action_type", ""] == 0
    assert ("post_activity_by_action_type", "share") not in found


def test_a_day_is_named_by_where_it_ends_in_california() -> None:
    days = rows(read(Graph(), first_day="2026-06-20"), "page_insights")
    assert {row["reported_on"] for row in days} == {date(2026, 6, day) for day in range(20, 30)}
    assert all(row["value"] == row["reported_on"].day for row in days)
    assert {row["metric"] for row in days} == set(PAGE_METRICS)


def test_a_long_range_is_asked_for_ninety_days_at_a_time_and_two_years_back() -> None:
    page = Graph()
    read(page, first_day="2020-01-01")
    asked = [params for path, params in page.asked if path.endswith("/1/insights")]
    assert asked[0]["since"] == "2024-06-29"
    assert asked[-1]["until"] == "2026-06-30"
    assert [each["since"] for each in asked[1:]] == [each["until"] for each in asked[:-1]]


def test_a_later_load_reads_the_lookback_again() -> None:
    page = Graph()
    read(page, {"cursor:days": "2026-06-29"})
    assert page.asked[-1][1]["since"] == "2026-06-22"


def test_a_dead_metric_is_drift_and_not_asked_for_again_in_the_load() -> None:
    page = Graph()
    page.dead = {"page_views_total"}
    config = {
        **FACEBOOK_PAGES.defaults,
        "base_url": "https://g",
        "page_id": "1",
        "access_token": "t",
    }
    ctx = Extraction(config, cast("Session", page), NOW, {})
    days = rows(list(extract(ctx)), "page_insights")
    assert {row["metric"] for row in days} == set(PAGE_METRICS) - page.dead
    assert ctx.counted == {("page_insights", "page_views_total", "metric_is_dead"): 1}
    again = [params["metric"] for path, params in page.asked if path.endswith("/1/insights")]
    assert sum("page_views_total" in each for each in again) == 2


def test_a_post_that_had_counters_and_has_none_stops_the_load() -> None:
    page = Graph(post(1, "2026-06-20T10:00:00+0000"), post(2, "2026-06-21T10:00:00+0000"))
    page.silent = {"1_2"}
    state: dict[str, Any] = {}
    read(page, state)
    page.silent = {"1_1"}
    with pytest.raises(PageBroken, match="1 of 2 posts came without counters"):
        read(page, state)


def test_a_day_that_was_stated_and_is_missing_stops_the_load() -> None:
    state: dict[str, Any] = {}
    read(Graph(), state)
    page = Graph()
    page.missing = {LAST}
    with pytest.raises(PageBroken, match="page_media_view of 2026-06-29 was stated before"):
        read(page, state)


def test_an_answer_about_another_page_stops_the_load() -> None:
    class Other(Graph):
        def get(self, path: str, params: dict[str, Any]) -> Any:
            return {"id": "2", "name": "Another"}

    with pytest.raises(PageBroken, match="another thing"):
        read(Other())
