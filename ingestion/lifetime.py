"""Counters of a post that a vendor keeps as one total: a day without a snapshot is lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ingestion.contract import Extraction
from ingestion.errors import PageBroken

# So many posts without a single counter are no young account but an empty answer.
EMPTY_POSTS = 3


def young(ctx: Extraction, published: Mapping[str, datetime | None]) -> list[str]:
    """Return the posts that are still counted: no older than the setting `snapshot_days`."""
    oldest = ctx.as_of - timedelta(days=int(ctx.config["snapshot_days"]))
    return [post for post, at in published.items() if at is None or at >= oldest]


def refuse_silent(
    ctx: Extraction, what: str, table: str, silent: set[str], counted: set[str]
) -> None:
    """Raise PageBroken where posts that had counters before came without any.

    One that never had any is counted as drift: nobody may have seen it yet.
    """
    known = set(ctx.state.get("counted_posts", ()))
    if lost := silent & known or (silent if len(silent) > EMPTY_POSTS and not counted else set()):
        raise PageBroken(
            f"{what}: {len(lost)} of {len(silent | counted)} posts came without counters, asked "
            "for twice. Nothing was lost and the cursor did not move: run again."
        )
    if silent:
        ctx.count("post_without_counters", table, len(silent))
    if ctx.window is None:
        ctx.state["counted_posts"] = sorted(counted)
