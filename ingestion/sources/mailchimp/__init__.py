"""Mailchimp Marketing API 3.0 -> raw_mailchimp.

Offset paging shifts while members change, so lists are read in the order of their change and the
declared total must be met. A report goes on moving for weeks: campaigns sent in the last 30 days
are read again, their activity since the last load only; who was sent to is settled after three
days, when soft bounces are given up. An e-mail's activity is one list a member; each action becomes
an event. Members deleted for good vanish, so the weekly id sweep finds them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ingestion.auth import basic
from ingestion.catalogue import Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Table, Yield
from ingestion.http import Budget, Clock, Session
from ingestion.pages import Declared, Paging, rows_of, whole
from ingestion.shape import flat
from ingestion.sources.mailchimp.tables import (
    ABUSE,
    ACTIVITY,
    CAMPAIGNS,
    LISTS,
    MEMBERS,
    REPORTS,
    SENT_TO,
    UNSUBSCRIBES,
)

PAGE = 1000
# The id is a digest of the address; this stays with the contact when it changes.
_LIVES_BY = "contact_id"
# A soft bounce is tried again for up to 72 hours; then the list of recipients stands.
SETTLE_DAYS = 3
_NESTED = (
    "stats",
    "merge_fields",
    "location",
    "recipients",
    "settings",
    "bounces",
    "opens",
    "clicks",
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield lists and changed members, then campaigns and what their recipients did."""
    for page in _pages(ctx, "/3.0/lists", "lists"):
        yield _page(LISTS, page)
        for each in page:
            yield from _members(ctx, str(each["id"]))
    for page in _pages(ctx, "/3.0/campaigns", "campaigns"):
        yield _page(CAMPAIGNS, page)
        for campaign in page:
            if _sent_since(ctx, campaign, int(ctx.config.get("lookback_days", 30))):
                yield from _reactions(ctx, campaign)
    ctx.advance("reactions", ctx.as_of.isoformat())


def _page(table: Table, records: list[dict[str, Any]], **more: Any) -> Page:
    """A page as sent: what is undeclared is counted as drift, what is absent counts as vanished."""
    return Page(table.name, [{**flat(record, _NESTED), **more} for record in records])


def _pages(
    ctx: Extraction, path: str, selector: str, **params: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of one list until every record of the declared total was seen."""

    def read(paging: Paging) -> Iterator[Declared]:
        offset = 0
        while True:
            body = ctx.http.get(path, {"count": PAGE, "offset": offset, **params})
            records = rows_of(body, selector, paging.where)
            total = int(body.get("total_items") or 0)
            offset += len(records)
            paging.add(records, following=str(offset) if offset < total else None)
            yield records, total
            if not records or offset >= total:
                return

    return whole(f"mailchimp {path}", read)


def _members(ctx: Extraction, list_id: str) -> Iterator[Yield]:
    name = f"members:{list_id}"
    since = ctx.cursor(name, "")
    asked: dict[str, Any] = {"sort_field": "last_changed", "sort_dir": "ASC"}
    if since and not ctx.sweep_due:
        asked["since_last_changed"] = _lagged(ctx, since)
    keys: set[tuple[str, ...]] = set()
    for records in _pages(ctx, f"/3.0/lists/{list_id}/members", "members", **asked):
        yield _page(MEMBERS, records, list_id=list_id)
        keys |= {(list_id, str(record["id"])) for record in records}
        for record in records:
            if record.get("last_changed"):
                ctx.advance(name, str(record["last_changed"]))
    if ctx.sweep_due:
        erases = ctx.config.get("missing_is_erased", True)
        # Deleting only archives: who left the list was deleted for good, or has a new address.
        yield Sweep(
            "members", frozenset(keys), (("list_id", list_id),), _LIVES_BY if erases else None
        )


def _sent_since(ctx: Extraction, campaign: Mapping[str, Any], days: int) -> bool:
    """Whether a campaign was sent after the last load, or within so many days before it.

    A backfill asks for the campaigns whose recipients may have acted within its days.
    """
    if not campaign.get("send_time"):
        return False
    sent, back = datetime.fromisoformat(str(campaign["send_time"])), timedelta(days=days)
    if ctx.window:
        return ctx.window[0] - back <= sent.date() <= ctx.window[1]
    since = ctx.cursor("reactions", "")
    return not since or sent >= datetime.fromisoformat(since) - back


def _reactions(ctx: Extraction, campaign: Mapping[str, Any]) -> Iterator[Yield]:
    """Yield what recipients did with one campaign: all of it at first, then what is new."""
    id_, since = str(campaign["id"]), ctx.cursor("reactions", "")
    yield _page(REPORTS, [ctx.http.get(f"/3.0/reports/{id_}")])
    if ctx.sweep_due or ctx.window or _sent_since(ctx, campaign, SETTLE_DAYS):
        for page in _pages(ctx, f"/3.0/reports/{id_}/sent-to", "sent_to"):
            yield _page(SENT_TO, page, campaign_id=id_)
    asked = {} if ctx.window or not since else {"since": _lagged(ctx, since)}
    for page in _pages(ctx, f"/3.0/reports/{id_}/email-activity", "emails", **asked):
        yield Page("email_activity", [event for record in page for event in _events(record)])
    for page in _pages(ctx, f"/3.0/reports/{id_}/unsubscribed", "unsubscribes"):
        yield _page(UNSUBSCRIBES, [_dated(record, "timestamp") for record in page])
    for page in _pages(ctx, f"/3.0/reports/{id_}/abuse-reports", "abuse_reports"):
        yield _page(ABUSE, [_dated(record, "date") for record in page])


def _lagged(ctx: Extraction, since: str) -> str:
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 60)))
    return (datetime.fromisoformat(since) - lag).isoformat()


def _dated(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    rest = {key: value for key, value in record.items() if key != name}
    return {**rest, "occurred_at": record.get(name)}


def _events(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one event an action; two alike in the same second are told apart by their number."""
    seen: dict[tuple[str, ...], int] = {}
    for action in record.get("activity") or []:
        parts = (
            str(record.get("campaign_id")),
            str(record.get("email_id")),
            *(str(action.get(name) or "") for name in ("action", "timestamp", "url", "ip", "type")),
        )
        seen[parts] = seen.get(parts, 0) + 1
        text = "|".join((*parts, str(seen[parts])))
        yield {
            "event_id": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
            "campaign_id": record.get("campaign_id"),
            "list_id": record.get("list_id"),
            "email_id": record.get("email_id"),
            "email_address": record.get("email_address"),
            "action": action.get("action"),
            "type": action.get("type"),
            "occurred_at": action.get("timestamp"),
            "url": action.get("url"),
            "ip": action.get("ip"),
        }


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account; the key's ending names its data centre."""
    key = str(config["api_key"])
    base = str(config["base_url"]).replace("{data_center}", key.rpartition("-")[2])
    # No published rate: ten connections at a time, and we use one.
    return Session(
        base,
        auth=basic("engineroom", key),
        budgets=(Budget(50, 1.0),),
        secrets=(key,),
        clock=clock,
    )


MAILCHIMP = Source(
    name="mailchimp",
    kind="email",
    title="Mailchimp",
    tables=(LISTS, MEMBERS, CAMPAIGNS, REPORTS, SENT_TO, ACTIVITY, UNSUBSCRIBES, ABUSE),
    extract=extract,
    required=("base_url", "api_key"),
    secrets=("api_key",),
    session=session,
    settings=(
        Setting(
            "base_url",
            "https://{data_center}.api.mailchimp.com",
            "the address of the API; the data centre is the end of the key: key-us21 is us21",
        ),
        Setting("lookback_days", 30, "reports keep changing while people open the mail"),
        Setting("lag_minutes", 60, "activity and members are read from an hour before"),
        Setting("sweep_days", 7, "days between two full lists of ids, which find deletions"),
        Setting(
            "missing_is_erased",
            True,
            "a member that two full lists lack was deleted for good, so its personal data goes",
        ),
    ),
    sandbox={"api_key": "sandboxkey-us21"},
)
