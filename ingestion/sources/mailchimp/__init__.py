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
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Yield
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session
from ingestion.sources.mailchimp.audience import growth, members, segments
from ingestion.sources.mailchimp.reading import lagged, page_of, pages
from ingestion.sources.mailchimp.tables import (
    ABUSE,
    ACTIVITY,
    AUTOMATIONS,
    CAMPAIGNS,
    GROWTH,
    LANDING_PAGES,
    LINKS,
    LIST_DAYS,
    LISTS,
    MEMBERS,
    REPORTS,
    SEGMENT_MEMBERS,
    SEGMENTS,
    SENT_TO,
    UNSUBSCRIBES,
)

# A soft bounce is tried again for up to 72 hours; then the list of recipients stands.
SETTLE_DAYS = 3
# Counters that the vendor keeps for a workflow or a page; who was behind them it does not tell.
_OTHERS = (
    ("/3.0/automations", "automations", AUTOMATIONS),
    ("/3.0/reporting/landing-pages", "landing_pages", LANDING_PAGES),
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield lists and changed members, then campaigns and what their recipients did."""
    for page in pages(ctx, "/3.0/lists", "lists"):
        yield page_of(LISTS, page)
        for each in page:
            yield from members(ctx, str(each["id"]))
            yield from segments(ctx, str(each["id"]))
            yield from growth(ctx, str(each["id"]))
    keys: set[tuple[str, ...]] = set()
    for page in pages(ctx, "/3.0/campaigns", "campaigns"):
        yield page_of(CAMPAIGNS, page)
        keys |= {(str(campaign["id"]),) for campaign in page}
        for campaign in page:
            if _sent_since(ctx, campaign, int(ctx.config.get("lookback_days", 30))):
                yield from _reactions(ctx, campaign)
    yield Sweep(CAMPAIGNS.name, frozenset(keys))
    for path, selector, table in _OTHERS:
        for page in pages(ctx, path, selector):
            yield page_of(table, page)
    ctx.advance("reactions", ctx.as_of.isoformat())


def _sent_since(ctx: Extraction, campaign: Mapping[str, Any], days: int) -> bool:
    """Whether a campaign was sent after the last load, or within so many days before it.

    A backfill asks for the campaigns whose recipients may have acted within its days.
    """
    if not campaign.get("send_time"):
        # Nothing was sent yet; where the vendor says otherwise, what it did is read.
        return campaign.get("status") == "sent"
    try:
        sent, back = datetime.fromisoformat(str(campaign["send_time"])), timedelta(days=days)
    except ValueError:
        # No instant that can be read: what the campaign did is read rather than passed over.
        return True
    if ctx.window:
        return ctx.window[0] - back <= sent.date() <= ctx.window[1]
    since = ctx.cursor("reactions", "")
    return not since or sent >= datetime.fromisoformat(since) - back


def _reactions(ctx: Extraction, campaign: Mapping[str, Any]) -> Iterator[Yield]:
    """Yield what recipients did with one campaign: all of it at first, then what is new."""
    id_, since = str(campaign["id"]), ctx.cursor("reactions", "")
    report = ctx.http.get(f"/3.0/reports/{id_}")
    if not isinstance(report, Mapping) or report.get("id") != id_:
        raise PageBroken(f"mailchimp report {id_}: the answer is another thing. Run again.")
    yield page_of(REPORTS, [dict(report)])
    if ctx.sweep_due or ctx.window or _sent_since(ctx, campaign, SETTLE_DAYS):
        for page in pages(ctx, f"/3.0/reports/{id_}/sent-to", "sent_to"):
            yield page_of(SENT_TO, page, campaign_id=id_)
    asked = {} if ctx.window or not since else {"since": lagged(ctx, since)}
    for page in pages(ctx, f"/3.0/reports/{id_}/email-activity", "emails", **asked):
        yield Page("email_activity", [event for record in page for event in _events(record)])
    for page in pages(ctx, f"/3.0/reports/{id_}/click-details", "urls_clicked"):
        yield page_of(LINKS, page, campaign_id=id_)
    for page in pages(ctx, f"/3.0/reports/{id_}/unsubscribed", "unsubscribes"):
        yield page_of(UNSUBSCRIBES, [_dated(record, "timestamp") for record in page])
    for page in pages(ctx, f"/3.0/reports/{id_}/abuse-reports", "abuse_reports"):
        yield page_of(ABUSE, [_dated(record, "date") for record in page])


def _dated(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    rest = {key: value for key, value in record.items() if key != name}
    return {**rest, "occurred_at": record.get(name)}


def _events(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one event an action; two alike in the same second are told apart by their number."""
    seen: dict[str, int] = {}
    campaign, member = record.get("campaign_id"), record.get("email_id")
    list_, address = record.get("list_id"), record.get("email_address")
    for action in record.get("activity") or []:
        told = action.get
        kind, at, type_ = told("action"), told("timestamp"), told("type")
        url, ip = told("url"), told("ip")
        text = f"{campaign}|{member}|{kind or ''}|{at or ''}|{url or ''}|{ip or ''}|{type_ or ''}"
        seen[text] = seen.get(text, 0) + 1
        marked = f"{text}|{seen[text]}".encode()
        yield {
            "event_id": hashlib.md5(marked, usedforsecurity=False).hexdigest(),
            "campaign_id": campaign,
            "list_id": list_,
            "email_id": member,
            "email_address": address,
            "action": kind,
            "type": type_,
            "occurred_at": at,
            "url": url,
            "ip": ip,
        }


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account; the key's ending names its data centre."""
    key = str(config["api_key"])
    base = str(config["base_url"]).replace("{data_center}", key.rpartition("-")[2])
    # No published rate: ten connections at a time, and we use one.
    return Session(
        base,
        auth=basic("engineroom", key),
        budgets=(Budget(100, 1.0),),
        secrets=(key,),
        clock=clock,
    )


MAILCHIMP = Source(
    name="mailchimp",
    kind="email",
    title="Mailchimp",
    tables=(
        *(LISTS, MEMBERS, SEGMENTS, SEGMENT_MEMBERS, GROWTH, LIST_DAYS),
        *(CAMPAIGNS, REPORTS, SENT_TO, ACTIVITY, LINKS, UNSUBSCRIBES, ABUSE),
        *(AUTOMATIONS, LANDING_PAGES),
    ),
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
    api=Api("3.0", None, "the only version there is; the client 3.0.80 speaks it"),
    notes=Notes(
        reads="Lists, members, segments and tags with who is in them, growth; campaigns of every "
        "kind, their reports, recipients, opens, clicks, links, unsubscribes and complaints; "
        "counters of classic automations and landing pages.",
        cursor="The newest change of a member of each list; for reactions the last load.",
        lookback="Reports of campaigns sent in the last 30 days; an hour for members and activity.",
        limits="Ten connections at a time, of which one is used. No limit a day.",
        scopes=(("an API key of the account", "Mailchimp's keys have no scopes"),),
        blind=(
            "Members deleted for good vanish: the weekly list of ids finds them.",
            "A list's days are kept for 180 days; what was loaded earlier stays.",
            "Customer journeys have no reports in the API; their e-mails show no recipients.",
        ),
    ),
)
