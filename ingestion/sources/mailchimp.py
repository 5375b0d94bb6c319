"""Mailchimp Marketing API 3.0 -> raw_mailchimp.

Offset paging shifts while members change, so lists are read in the order of their change and the
declared total must be met. A report goes on moving for weeks: campaigns sent in the last 30 days
are read again. An e-mail's activity is one list a member; each action becomes an event. Members
deleted for good vanish, so the weekly id sweep finds them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ingestion.auth import basic
from ingestion.contract import Column, Extraction, Page, Source, Sweep, Table, Yield, columns
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session
from ingestion.pages import Paging, rows_of
from ingestion.shape import flat

PAGE = 1000
# Of a list that shifts while it is read; a second reading is nearly always quiet.
PASSES = 3
LISTS = Table(
    "lists",
    "versioned",
    ("id",),
    (
        *columns("id name"),
        Column("date_created", "timestamp"),
        Column("stats__member_count", "bigint", volatile=True),
    ),
    ignored=("links",),
)
MEMBERS = Table(
    "members",
    "versioned",
    ("list_id", "id"),
    (
        *columns("list_id id unique_email_id contact_id status source location__country_code"),
        *columns("email_address full_name merge_fields__fname merge_fields__lname", pii=True),
        Column("merge_fields__phone", pii=True),
        Column("merge_fields__company"),
        *columns("timestamp_signup timestamp_opt last_changed", "timestamp"),
    ),
    order="last_changed",
    ignored=("links",),
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id type status recipients__list_id settings__subject_line settings__title"),
        *columns("web_id emails_sent", "bigint"),
        *columns("create_time send_time", "timestamp"),
    ),
    ignored=("links",),
)
REPORTS = Table(
    "reports",
    "versioned",
    ("id",),
    (
        *columns("id campaign_title list_id"),
        Column("send_time", "timestamp"),
        *columns("emails_sent abuse_reports unsubscribed", "bigint"),
        *columns("bounces__hard_bounces bounces__soft_bounces", "bigint"),
        *columns("opens__opens_total opens__unique_opens", "bigint"),
        *columns("clicks__clicks_total clicks__unique_clicks", "bigint"),
    ),
    ignored=("links",),
)
_PERSON = (*columns("campaign_id email_id"), Column("email_address", pii=True))
SENT_TO = Table(
    "sent_to",
    "versioned",
    ("campaign_id", "email_id"),
    (*_PERSON, *columns("status list_id")),
    # Counters of opens belong to the activity; here they would open a version at every open.
    ignored=("links", "open_count", "last_open"),
)
ACTIVITY = Table(
    "email_activity",
    "events",
    ("event_id",),
    (
        Column("event_id"),
        *_PERSON,
        *columns("list_id action type url"),
        Column("occurred_at", "timestamp"),
        Column("ip", pii=True),
    ),
)
UNSUBSCRIBES = Table(
    "unsubscribes",
    "events",
    ("campaign_id", "email_id"),
    (*_PERSON, Column("reason"), Column("occurred_at", "timestamp")),
    ignored=("links", "list_id"),
)
ABUSE = Table(
    "abuse_reports",
    "events",
    ("id",),
    (Column("id"), *_PERSON, Column("occurred_at", "timestamp")),
    ignored=("links", "list_id"),
)
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
            if _is_moving(ctx, campaign):
                yield from _reactions(ctx, str(campaign["id"]))
    ctx.advance("reactions", ctx.as_of.isoformat())


def _page(table: Table, records: list[dict[str, Any]], **more: Any) -> Page:
    """A page of the table's columns; what nobody declared goes along and is counted as drift."""
    blank = dict.fromkeys(column.name for column in table.columns)
    return Page(table.name, [{**blank, **flat(record, _NESTED), **more} for record in records])


def _pages(
    ctx: Extraction, path: str, selector: str, **params: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of one list until every record of the declared total was seen.

    A record that changes or goes while the list is read shifts the others over a page's edge: one
    is skipped though the rows add up. Then fewer ids than declared, or a shrunken total, are seen
    and the list is read again; what comes twice is deduplicated by the load.
    """
    where = f"mailchimp {path}"
    for _ in range(PASSES):
        paging, offset, most, ids = Paging(where), 0, 0, set[str]()
        while True:
            body = ctx.http.get(path, {"count": PAGE, "offset": offset, **params})
            records = rows_of(body, selector, where)
            total = int(body.get("total_items") or 0)
            most = max(most, total)
            offset += len(records)
            paging.add(records, following=str(offset) if offset < total else None)
            ids |= {str(record.get("id") or record.get("email_id")) for record in records}
            yield records
            if not records or offset >= total:
                break
        paging.met(total)
        if total == most and len(ids) >= total:
            return
    raise PageBroken(
        f"{where}: the list moved in each of {PASSES} readings. Nothing was lost: run again later."
    )


def _members(ctx: Extraction, list_id: str) -> Iterator[Yield]:
    name = f"members:{list_id}"
    since = ctx.cursor(name, "")
    asked: dict[str, Any] = {"sort_field": "last_changed", "sort_dir": "ASC"}
    if since and not ctx.sweep_due:
        lag = timedelta(minutes=int(ctx.config.get("lag_minutes", 10)))
        asked["since_last_changed"] = (datetime.fromisoformat(since) - lag).isoformat()
    keys: set[tuple[str, ...]] = set()
    for records in _pages(ctx, f"/3.0/lists/{list_id}/members", "members", **asked):
        yield _page(MEMBERS, records, list_id=list_id)
        keys |= {(list_id, str(record["id"])) for record in records}
        for record in records:
            if record.get("last_changed"):
                ctx.advance(name, str(record["last_changed"]))
    if ctx.sweep_due:
        yield Sweep("members", frozenset(keys), (("list_id", list_id),))


def _is_moving(ctx: Extraction, campaign: Mapping[str, Any]) -> bool:
    """Whether a campaign may have news: sent within the lookback before the last load."""
    sent = str(campaign.get("send_time") or "")
    if not sent:
        return False
    since = ctx.cursor("reactions", "")
    if not since or ctx.full:
        return True
    back = timedelta(days=int(ctx.config.get("lookback_days", 30)))
    return datetime.fromisoformat(sent) >= datetime.fromisoformat(since) - back


def _reactions(ctx: Extraction, campaign: str) -> Iterator[Yield]:
    yield _page(REPORTS, [ctx.http.get(f"/3.0/reports/{campaign}")])
    for page in _pages(ctx, f"/3.0/reports/{campaign}/sent-to", "sent_to"):
        yield _page(SENT_TO, page, campaign_id=campaign)
    for page in _pages(ctx, f"/3.0/reports/{campaign}/email-activity", "emails"):
        yield Page("email_activity", [event for record in page for event in _events(record)])
    for page in _pages(ctx, f"/3.0/reports/{campaign}/unsubscribed", "unsubscribes"):
        yield _page(UNSUBSCRIBES, [_dated(record, "timestamp") for record in page])
    for page in _pages(ctx, f"/3.0/reports/{campaign}/abuse-reports", "abuse_reports"):
        yield _page(ABUSE, [_dated(record, "date") for record in page])


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
)
