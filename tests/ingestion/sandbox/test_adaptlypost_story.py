"""AdaptlyPost has no client of its own in Python: plain requests read it as its reference says.

What the tool says of LinkedIn is what LinkedIn shows, and what was planted is what is found.
"""

from typing import Any

import pytest
from live_sandbox import Live

from ingestion.sandbox.announcements import announcements
from ingestion.sandbox.wire.adaptlypost import planted

pytestmark = pytest.mark.slow
TOKEN = {"Authorization": "Bearer adaptly_sandbox-token"}
ROOT = "/post/api/v1"


def pages(live: Live, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        path = f"{ROOT}/social-posts?limit=100&offset={len(found)}{query}"
        body = live.ask("GET", path, **TOKEN).json()
        assert body["hasMore"] == (len(found) + len(body["posts"]) < body["total"])
        found += body["posts"]
        if not body["hasMore"]:
            return found


def test_plain_requests_see_the_posts_that_were_loaded(served: Live, loaded: Any) -> None:
    posts = pages(served)

    held = loaded(
        "adaptlypost",
        "select id, status, strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ') "
        "from raw_adaptlypost.posts where _dlt_valid_to is null and not is_deleted",
    )
    assert len(posts) > 100
    assert {(each["id"], each["status"], each["updatedAt"]) for each in posts} == set(held)


def test_the_results_of_a_post_are_the_networks_of_its_row(served: Live, loaded: Any) -> None:
    held = loaded(
        "adaptlypost",
        "select post_id, id, platform, status, platform_post_id, error_message "
        "from raw_adaptlypost.post_platforms where _dlt_valid_to is null and not is_deleted",
    )
    found = set()
    for each in pages(served):
        told = served.ask("GET", f"{ROOT}/social-posts/{each['id']}/results", **TOKEN).json()
        for row in told["results"]:
            named = ("platformId", "platform", "status", "platformPostId", "errorMessage")
            found.add((told["postId"], *(row[name] for name in named)))
    assert found == set(held)


def test_filters_and_orders_are_the_references(served: Live) -> None:
    drafts = pages(served, "&statuses=DRAFT&statuses=SCHEDULED")
    assert {each["status"] for each in drafts} == {"DRAFT", "SCHEDULED"}
    videos = pages(served, "&platforms=YOUTUBE&sortOrder=OLDEST")
    assert all("YOUTUBE" in {row["platform"] for row in each["platforms"]} for each in videos)
    scheduled = [each.get("scheduledAt", each["createdAt"]) for each in videos]
    assert scheduled == sorted(scheduled)
    june = pages(served, "&startDate=2026-06-01&endDate=2026-06-30")
    assert {each.get("scheduledAt", each["createdAt"])[:7] for each in june} == {"2026-06"}
    refused = served.ask("GET", f"{ROOT}/social-posts?limit=101", **TOKEN)
    assert (refused.status, refused.json()["statusCode"]) == (400, 400)
    assert served.ask("GET", f"{ROOT}/social-posts").status == 401
    assert served.ask("GET", f"{ROOT}/social-posts/none", **TOKEN).status == 404


def test_the_tool_names_every_post_that_linkedin_has(loaded: Any) -> None:
    told = loaded(
        "adaptlypost",
        "select p.platform_post_id, strftime(p.published_at, '%c'), t.text "
        "from raw_adaptlypost.post_platforms p join raw_adaptlypost.posts t on p.post_id = t.id "
        "where p.platform = 'LINKEDIN' and p.status = 'PUBLISHED' "
        "and p._dlt_valid_to is null and t._dlt_valid_to is null",
    )
    shown = loaded(
        "linkedin_pages",
        "select id, strftime(published_at, '%c'), commentary from raw_linkedin_pages.posts "
        "where _dlt_valid_to is null",
    )
    # What LinkedIn deleted in the meantime is missing from its list, not from the tool's.
    assert len(shown) > 100
    assert set(shown) <= set(told)


def test_what_was_planted_is_what_is_found(served: Live, loaded: Any) -> None:
    clock = served.world.clock
    company = served.world.company
    never = {key for kind, _, _, key, _ in planted(company) if kind == "publish_failed"}
    failed = loaded(
        "adaptlypost",
        "select id from raw_adaptlypost.post_platforms where status = 'FAILED' "
        "and _dlt_valid_to is null",
    )
    # One that waits for its next attempt has failed as well, for a day.
    waiting = [
        target
        for each in announcements(company)
        for target in each.targets
        if target.failed and target.failed[0][0] <= clock and (target.published or 0) > clock
    ]
    assert len({id_ for (id_,) in failed} - never) == len(waiting)
    assert len(failed) > 10
    drafts = {key for kind, _, _, key, _ in planted(company) if kind == "publish_draft_deleted"}
    held = {id_ for (id_,) in loaded("adaptlypost", "select id from raw_adaptlypost.posts")}
    assert drafts
    # The only ones of them that a load at this clock sees are those not deleted yet.
    assert len(drafts & held) <= 1
