"""LinkedIn pages as the connector asks for them: query language, snapshots, pages of posts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
import requests

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import PageBroken
from ingestion.http import Session
from ingestion.sources.linkedin_pages import extract

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
OWNER = "urn:li:organization:1001"


def millis(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def post(number: int, age_days: int) -> dict[str, Any]:
    return {"id": f"urn:li:share:{number}", "publishedAt": millis(NOW - timedelta(days=age_days))}


class Organization:
    """A page with posts, shown two at a time; it remembers the addresses."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.posts = list(posts)
        self.announced = len(posts)
        self.asked: list[str] = []
        self.unseen: set[str] = set()

    def get(self, path: str) -> Any:
        self.asked.append(path)
        if path.startswith("/rest/posts"):
            start = int(path.partition("start=")[2].partition("&")[0])
            shown = self.posts[start : start + 2]
            links = [{"rel": "next"}] if start + 2 < len(self.posts) else []
            return {"elements": shown, "paging": {"total": self.announced, "links": links}}
        if "=List(" in path:
            counters = {"impressionCount": 5, "engagement": 0.25}
            named = path.partition("List(")[2].rstrip(")").split(",")
            return {
                "elements": [
                    {
                        "share" if "&shares=" in path else "ugcPost": share.replace("%3A", ":"),
                        "totalShareStatistics": counters,
                    }
                    for share in named
                    if share.replace("%3A", ":") not in self.unseen
                ]
            }
        day = {"timeRange": {"start": millis(datetime(2026, 6, 30, tzinfo=UTC))}}
        gains = {"organicFollowerGain": 3, "paidFollowerGain": -1}
        return {"elements": [{**day, "followerGains": gains, "totalShareStatistics": {}}]}


def extraction(page: Organization, state: dict[str, Any] | None = None) -> Extraction:
    return Extraction({"organization": OWNER}, cast("Session", page), NOW, state or {})


def read(page: Organization, **more: Any) -> list[Any]:
    return list(extract(extraction(page, **more)))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def test_only_posts_of_the_last_ninety_days_get_a_snapshot_of_the_day() -> None:
    found = read(Organization(post(1, 10), post(2, 89), post(3, 91)))
    taken = rows(found, "share_statistics")
    assert [row["share_id"] for row in taken] == ["urn:li:share:1", "urn:li:share:2"]
    assert {row["observed_on"] for row in taken} == {date(2026, 7, 1)}


def test_a_user_generated_post_is_asked_for_and_found_by_its_own_name() -> None:
    generated = {**post(2, 1), "id": "urn:li:ugcPost:2"}
    page = Organization(post(1, 1), generated)
    taken = rows(read(page), "share_statistics")
    assert [row["share_id"] for row in taken] == ["urn:li:share:1", "urn:li:ugcPost:2"]
    assert any(path.endswith("&ugcPosts=List(urn%3Ali%3AugcPost%3A2)") for path in page.asked)


def test_a_post_that_never_had_counters_is_counted_and_one_that_had_stops_the_load() -> None:
    page = Organization(post(1, 10), post(2, 1))
    page.unseen = {"urn:li:share:2"}
    ctx = extraction(page)
    assert len(rows(list(extract(ctx)), "share_statistics")) == 1
    assert ctx.counted["share_statistics", "", "share_without_statistics"] == 1

    page.unseen = {"urn:li:share:1"}
    with pytest.raises(PageBroken, match="1 of 2 posts came without counters"):
        list(extract(extraction(page, ctx.state)))


def test_all_posts_are_read_page_by_page_and_swept() -> None:
    found = read(Organization(*(post(number, 200) for number in range(5))))
    (sweep,) = [each for each in found if isinstance(each, Sweep)]
    assert len(rows(found, "posts")) == 5
    assert sweep.keys == {(f"urn:li:share:{number}",) for number in range(5)}


def test_posts_that_were_announced_and_did_not_come_stop_the_load() -> None:
    page = Organization(post(1, 10))
    page.announced = 3
    with pytest.raises(PageBroken):
        read(page)


def test_the_days_go_back_a_year_at_first_and_thirty_days_later() -> None:
    fresh, known = Organization(), Organization()
    read(fresh)
    read(known, state={"cursor:days": "2026-06-30"})
    starts = [
        int(page.asked[-1].partition("start:")[2].partition(",")[0]) for page in (fresh, known)
    ]
    assert starts == [
        millis(datetime(2025, 7, 1, tzinfo=UTC)),
        millis(datetime(2026, 6, 1, tzinfo=UTC)),
    ]


def test_lost_followers_stay_negative() -> None:
    (day,) = rows(read(Organization()), "follower_days")
    assert (day["reported_on"], day["organic_gained"], day["paid_gained"]) == (
        date(2026, 6, 30),
        3,
        -1,
    )


def test_parentheses_and_colons_reach_the_wire_as_they_were_written() -> None:
    page = Organization(post(1, 10), post(2, 10))
    read(page)
    for path in page.asked:
        sent = requests.Request("GET", f"https://api.linkedin.com{path}").prepare().url
        assert sent == f"https://api.linkedin.com{path}"
    assert any("List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)" in path for path in page.asked)
