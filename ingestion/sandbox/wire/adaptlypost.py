"""AdaptlyPost of the company: accounts, and every post from draft to its last attempt."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

from ingestion.sandbox.announcements import (
    NETWORKS,
    PAGE,
    Announcement,
    Target,
    announcements,
)
from ingestion.sandbox.company import DAY, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, iso_ms

# The tool said COMPLETED and PUBLISHING in other words before its second year.
RENAMED = int(datetime(2025, 7, 1, tzinfo=UTC).timestamp() * 1000)
OLD_WORDS = {"COMPLETED": "PUBLISHED", "PUBLISHING": "PROCESSING"}
_URLS = {
    "LINKEDIN": "https://www.linkedin.com/feed/update/{}",
    "FACEBOOK": "https://www.facebook.com/{}",
    "INSTAGRAM": "https://www.instagram.com/p/{}/",
    "YOUTUBE": "https://www.youtube.com/watch?v={}",
}
_NAMES = {"LINKEDIN": "Fathom", "FACEBOOK": "Fathom", "INSTAGRAM": "fathom", "YOUTUBE": ""}


def changes(company: Company) -> Iterator[Change]:
    """Yield the accounts, and each post whenever something about it changes."""
    for network, _ in NETWORKS:
        body = _account(company.seed, network)
        yield change("adaptlypost", "accounts", body["id"], START, body)
    for each in announcements(company):
        yield from _post(company.seed, each)


def cuid(seed: int, what: str) -> str:
    """Return an id as the vendor makes them: `c` and 24 lower-case letters and digits."""
    return "c" + sha1(f"{seed}/adaptlypost/{what}".encode()).hexdigest()[:24]


def _account(seed: int, network: str) -> dict[str, Any]:
    page = {"pageId": PAGE} if network == "FACEBOOK" else {}
    return {
        "id": cuid(seed, f"account/{network}"),
        "platform": network,
        "displayName": "Fathom",
        "username": _NAMES[network] if network == "INSTAGRAM" else "",
        "avatarUrl": "",
        "status": "active",
        **page,
    }


def _post(seed: int, each: Announcement) -> Iterator[Change]:
    id_ = cuid(seed, f"post/{each.number}")
    for at in _instants(each):
        body = _body(seed, id_, each, at)
        # The vendor sorts by the schedule, or by the creation of what has none.
        sort_at = (each.scheduled or 0) if _is_scheduled(each, at) else each.created
        yield change("adaptlypost", "posts", id_, at, body, sort_at=sort_at)
    if each.deleted is not None:
        body = _body(seed, id_, each, each.deleted)
        yield change("adaptlypost", "posts", id_, each.deleted, body, status="deleted")


def _instants(each: Announcement) -> list[int]:
    """The instants at which the vendor's record of a post changes."""
    found = {each.created}
    if each.scheduled is not None:
        found |= {_approved(each), each.scheduled}
        for target in each.targets:
            found |= {at for at, _ in target.failed}
            if target.published is not None:
                # A second attempt is seen under way for a moment before it ends.
                found |= {target.published, *([target.published - 15_000] if target.failed else [])}
    return sorted(found)


def _approved(each: Announcement) -> int:
    return each.created + 2 * DAY if each.scheduled else each.created


def _is_scheduled(each: Announcement, at: int) -> bool:
    return each.scheduled is not None and at >= min(_approved(each), each.scheduled)


def _body(seed: int, id_: str, each: Announcement, at: int) -> dict[str, Any]:
    rows = [_platform(seed, id_, each, target, at) for target in each.targets]
    status = _status(each, [row["status"] for row in rows], at)
    if at < RENAMED:
        status = OLD_WORDS.get(status, status)
    scheduled = {"scheduledAt": iso_ms(each.scheduled or 0)} if _is_scheduled(each, at) else {}
    videos = any(target.network == "YOUTUBE" for target in each.targets)
    return {
        "id": id_,
        "createdAt": iso_ms(each.created),
        "updatedAt": iso_ms(at),
        "userId": "user_01FATHOMSANDBOX",
        "contentType": "VIDEO" if videos else "IMAGE",
        "text": each.text,
        **scheduled,
        "timezone": "Europe/Berlin",
        "status": status,
        "platforms": rows,
    }


def _status(each: Announcement, rows: list[str], at: int) -> str:
    if not _is_scheduled(each, at):
        return "DRAFT"
    if at < (each.scheduled or 0):
        return "SCHEDULED"
    if all(row == "PENDING" for row in rows):
        return "PENDING"
    if {"PENDING", "PUBLISHING"} & set(rows):
        return "PUBLISHING"
    if all(row == "PUBLISHED" for row in rows):
        return "COMPLETED"
    return "FAILED" if all(row == "FAILED" for row in rows) else "PARTIAL_FAILURE"


def _platform(seed: int, id_: str, each: Announcement, target: Target, at: int) -> dict[str, Any]:
    account = cuid(seed, f"account/{target.network}")
    row: dict[str, Any] = {
        "id": cuid(seed, f"platform/{each.number}/{target.network}"),
        "createdAt": iso_ms(each.created),
        "platform": target.network,
        "accountName": _NAMES[target.network],
        **({"pageId": account} if target.network == "FACEBOOK" else {"connectionId": account}),
        "mediaUrls": [],
        "youtubeTags": [],
    }
    seen = each.created
    failed = [(when, error) for when, error in target.failed if when <= at]
    published = target.published
    if published is not None and at >= published:
        seen = published
        url = _URLS[target.network].format(target.native_id)
        told = {"platformPostId": target.native_id, "postUrl": url}
        row |= {"status": "PUBLISHED", "publishedAt": iso_ms(published), **told}
    elif published is not None and failed and at >= published - 15_000:
        seen = published - 15_000
        row |= {"status": "PUBLISHING"}
    elif failed:
        seen, error = failed[-1]
        row |= {"status": "FAILED", "errorMessage": error}
    else:
        row |= {"status": "PENDING"}
    return {**row, "updatedAt": iso_ms(seen)}


def planted(company: Company) -> Iterator[Planted]:
    """Yield the posts whose publishing went wrong: kind, source, object, key, note."""
    for each in announcements(company):
        post = cuid(company.seed, f"post/{each.number}")
        if each.deleted is not None:
            yield "publish_draft_deleted", "adaptlypost", "posts", post, ""
        for target in each.targets:
            at = ("adaptlypost", "post_platforms")
            key = cuid(company.seed, f"platform/{each.number}/{target.network}")
            if target.failed:
                kind = "publish_failed" if target.published is None else "publish_retried"
                yield kind, *at, key, target.native_id
