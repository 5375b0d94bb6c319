"""Counters of LinkedIn posts: lifetime totals, of which a load keeps a snapshot a post and day."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ingestion.contract import Extraction, Page
from ingestion.errors import PageBroken
from ingestion.pages import rows_of
from ingestion.sources.linkedin_pages.tables import COUNTERS, VENDOR_COUNTERS

SHARES = 20
# So many posts without a single counter are no young page but an empty answer.
EMPTY_SHARES = 3
# A post is a share or a user-generated one: each kind is asked for, and named, in its own way.
KINDS = {"share": "shares", "ugcPost": "ugcPosts"}


def snapshots(ctx: Extraction, organization: str, young: list[str]) -> Iterator[Page]:
    """Yield the counters of today, which no later load can ask for.

    A post that nobody has seen yet may have none; one that had some keeps them for life, so without
    them the answer is broken. What is missing is asked for alone before either is believed.
    """
    counted: set[str] = set()
    for start in range(0, len(young), SHARES):
        asked = young[start : start + SHARES]
        found = _counters(ctx, organization, asked)
        for share in asked:
            if share not in found:
                found |= _counters(ctx, organization, [share])
        counted |= found.keys()
        yield Page(
            "share_statistics", [_snapshot(ctx, organization, *each) for each in found.items()]
        )
    silent = set(young) - counted
    known = set(ctx.state.get("counted_shares", ()))
    if lost := silent & known or (silent if len(silent) > EMPTY_SHARES and not counted else set()):
        raise PageBroken(
            f"linkedin_pages share statistics: {len(lost)} of {len(young)} posts came without "
            "counters, asked for twice. Nothing was lost and the cursor did not move: run again."
        )
    if silent:
        ctx.count("share_without_statistics", "share_statistics", len(silent))
    if ctx.window is None:
        ctx.state["counted_shares"] = sorted(counted)


def _counters(ctx: Extraction, organization: str, posts: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for kind, parameter in KINDS.items():
        asked = [post for post in posts if post.startswith(f"urn:li:{kind}:")]
        if not asked:
            continue
        listed = ",".join(quote(post, safe="") for post in asked)
        path = f"{statistics('Share', organization)}&{parameter}=List({listed})"
        records = rows_of(ctx.http.get(path), "elements", "linkedin_pages share statistics")
        found |= {str(record.get(kind)): record for record in records}
    return found


def _snapshot(
    ctx: Extraction, organization: str, share: str, record: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "share_id": share,
        "organization": organization,
        "observed_on": ctx.as_of.date(),
        **measures(record),
    }


def statistics(kind: str, organization: str) -> str:
    """Return the address of a page's statistics of a kind (Share, Follower), without a range."""
    owner = quote(organization, safe="")
    return (
        f"/rest/organizationalEntity{kind}Statistics"
        f"?q=organizationalEntity&organizationalEntity={owner}"
    )


def measures(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counters of a record by our names; one that is not stated is None."""
    held = record.get("totalShareStatistics") or {}
    pairs = zip(COUNTERS.split(), VENDOR_COUNTERS.split(), strict=True)
    return {ours: held.get(theirs) for ours, theirs in pairs} | {
        "engagement": held.get("engagement")
    }
