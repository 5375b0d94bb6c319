"""AdaptlyPost as the connector asks for it: offsets that shift, both vocabularies, what is gone."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.adaptlypost import (
    ADAPTLYPOST,
    NETWORK_STATUSES,
    POST_PLATFORMS,
    POST_STATUSES,
    POSTS,
    extract,
    session,
)
from ingestion.typed import type_rows

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
SEED = Path(__file__).parents[2] / "transform/seeds/publish_statuses.csv"


def post(number: int, status: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    row = {"id": f"pp{number}", "platform": "LINKEDIN", "status": "PUBLISHED", "mediaUrls": []}
    return {
        "id": f"p{number:03d}",
        "status": status,
        "text": "Hello",
        "updatedAt": "2026-06-01T10:00:00.000Z",
        "platforms": [row],
        **more,
    }


class Group:
    """An account group whose list may change before any page, by what `before` does to it."""

    def __init__(self, *posts: dict[str, Any]) -> None:
        self.posts = list(posts)
        self.accounts: list[dict[str, Any]] = [{"id": "a", "platform": "LINKEDIN"}]
        self.asked: list[dict[str, Any]] = []
        self.before: Callable[[int], None] = lambda _: None

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        if path.endswith("/social-accounts"):
            return {"accounts": self.accounts}
        assert params is not None
        self.asked.append(params)
        self.before(len(self.asked))
        start = params["offset"]
        shown = self.posts[start : start + 100]
        more = start + 100 < len(self.posts)
        return {"posts": shown, "total": len(self.posts), "hasMore": more}


def read(group: Any, state: dict[str, Any] | None = None) -> list[Any]:
    return list(extract(Extraction({}, group, NOW, {} if state is None else state)))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    return [
        row
        for page in found
        if isinstance(page, Page) and page.table == table and isinstance(page.rows, list)
        for row in page.rows
    ]


def test_every_page_is_read_oldest_first_and_each_network_is_a_row_of_its_post() -> None:
    group = Group(*(post(number) for number in range(250)))
    found = read(group)
    assert [each["offset"] for each in group.asked] == [0, 100, 200]
    assert {each["sortOrder"] for each in group.asked} == {"OLDEST"}
    assert [each["limit"] for each in group.asked] == [100, 100, 100]
    networks = rows(found, "post_platforms")
    assert len(rows(found, "posts")) == len(networks) == 250
    assert (networks[7]["post_id"], networks[7]["id"]) == ("p007", "pp7")
    assert "platforms" not in rows(found, "posts")[0]


def test_a_post_deleted_between_two_pages_has_the_list_read_again() -> None:
    group = Group(*(post(number) for number in range(150)))
    group.before = lambda times: group.posts.pop(0) if times == 2 else None
    found = read(group)
    # The first reading skipped p100 as it slid over the edge.
    swept = next(each for each in found if isinstance(each, Sweep) and each.table == "posts")
    assert ("p100",) in swept.keys
    assert {row["id"] for row in rows(found, "posts")} >= {f"p{n:03d}" for n in range(1, 150)}


def test_a_post_that_is_written_meanwhile_shifts_nothing() -> None:
    group = Group(*(post(number) for number in range(150)))
    group.before = lambda times: group.posts.append(post(900)) if times == 2 else None
    found = read(group)
    assert len({row["id"] for row in rows(found, "posts")}) == 151


def test_what_is_in_the_list_no_longer_is_gone_with_its_networks() -> None:
    found = read(Group(post(1), post(2)))
    swept = {each.table: each.keys for each in found if isinstance(each, Sweep)}
    assert swept == {
        "accounts": {("a",)},
        "posts": {("p001",), ("p002",)},
        "post_platforms": {("pp1",), ("pp2",)},
    }


def test_a_list_that_comes_empty_where_it_held_posts_stops_the_load() -> None:
    state: dict[str, Any] = {}
    read(Group(post(1)), state)
    with pytest.raises(LoadFailed, match="adaptlypost posts: the list came empty"):
        read(Group(), state)


@pytest.mark.parametrize(
    "body",
    [
        {"posts": None, "total": 3, "hasMore": False},
        {"posts": [], "total": 3, "hasMore": True},
        {"posts": [post(1)], "total": 3, "hasMore": False},
        {"message": "down", "error": "Internal"},
        {"posts": [{**post(1), "platforms": None}], "total": 1, "hasMore": False},
    ],
)
def test_a_page_that_is_not_what_it_claims_stops_the_load(body: Any) -> None:
    class Broken:
        def get(self, path: str, params: Any = None) -> Any:
            return {"accounts": [{"id": "a"}]} if path.endswith("accounts") else body

    with pytest.raises(PageBroken):
        read(Broken())


@pytest.mark.parametrize("status", POST_STATUSES)
def test_a_post_may_say_a_word_of_either_vocabulary(status: str) -> None:
    [row] = rows(read(Group(post(1, status))), "posts")
    assert type_rows(POSTS, [row], 0).rows[0]["status"] == status


def test_an_unknown_word_is_quarantined_and_the_last_known_version_stays() -> None:
    [row] = rows(read(Group(post(1, "PAUSED"))), "posts")
    typed = type_rows(POSTS, [row], 0)
    assert typed.rows == []
    assert typed.held == [("p001",)]
    assert typed.bad[0][0] == "status: a word that it is not known to say"

    [network] = rows(read(Group(post(1))), "post_platforms")
    typed = type_rows(POST_PLATFORMS, [{**network, "status": "SLEEPING"}], 0)
    assert (typed.rows, typed.held) == ([], [("pp1",)])


def test_the_seed_gives_every_known_word_one_meaning() -> None:
    with SEED.open() as lines:
        meanings = [(row["subject"], row["native_status"]) for row in csv.DictReader(lines)]
    assert set(meanings) == {
        *(("post", word) for word in POST_STATUSES),
        *(("network", word) for word in NETWORK_STATUSES),
    }


def live(vendor: Vendor, stopped: StoppedClock, **more: Any) -> Session:
    config = {**ADAPTLYPOST.defaults, "base_url": vendor.url, "access_token": "adaptly_x", **more}
    return session(config, stopped.clock)


def test_a_throttle_is_waited_for_as_long_as_it_says(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(
        Answer({"statusCode": 429, "message": "slow"}, 429, {"Retry-After": "41"}),
        Answer({"accounts": []}),
    )
    with live(vendor, stopped) as http:
        http.get("/post/api/v1/social-accounts")
    assert stopped.slept == [41.0]
    assert vendor.seen[0][2]["Authorization"] == "Bearer adaptly_x"


def test_no_more_than_six_hundred_calls_go_out_in_a_minute(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(Answer({"accounts": []}))
    with live(vendor, stopped, calls_per_10_seconds=3) as http:
        for _ in range(7):
            http.get("/post/api/v1/social-accounts")
    assert stopped.time == 20.0
    assert ADAPTLYPOST.defaults["calls_per_10_seconds"] * 6 == 600


def test_a_refused_token_says_so_and_never_shows(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({"message": "Invalid API token adaptly_x", "statusCode": 401}, 401))
    with live(vendor, stopped) as http, pytest.raises(RequestFailed, match="refused") as told:
        http.get("/post/api/v1/social-accounts")
    assert "adaptly_x" not in str(told.value)
