"""Klaviyo (revision 2026-07-15) -> raw_klaviyo.

`greater-than(updated)` is the only filter of change for profiles and leaves out what shares the
instant, so each load begins a while before the last. Merged and deleted profiles vanish without a
pointer: the weekly list of ids finds them. Memberships know who joined, not who left, so they are
read whole every week and by joining date in between. Campaigns are listed by channel only. Reports
allow 225 questions a day and are asked once a day.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ingestion.auth import Fixed
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Table, Yield, asking
from ingestion.http import Budget, Clock, Session
from ingestion.pages import sure
from ingestion.sources.klaviyo import rows, tables
from ingestion.sources.klaviyo.reading import Record, inside, pages, plain

REVISION = "2026-07-15"
LAG_MINUTES, EVENT_LAG_MINUTES = 10, 2880
_SUBSCRIPTIONS = {"additional_fields__profile": "subscriptions"}
# Calls a second and a minute of each kind of address, as the vendor's specification states them.
_BUDGETS = (
    *(Budget(75, 1.0, f"/api/{name}") for name in ("profiles", "lists", "segments")),
    *(Budget(750, 60.0, f"/api/{name}") for name in ("profiles", "lists", "segments")),
    *(Budget(350, 1.0, "/api/events"), Budget(3500, 60.0, "/api/events")),
    *(Budget(10, 1.0, "/api/campaigns"), Budget(150, 60.0, "/api/campaigns")),
    *(Budget(10, 1.0, "/api/metrics"), Budget(150, 60.0, "/api/metrics")),
    *(Budget(3, 1.0, "/api/flows"), Budget(60, 60.0, "/api/flows")),
    *(Budget(1, 1.0, "-values-reports"), Budget(2, 60.0, "-values-reports")),
)

_ASKED_PLAIN = ("profiles", "lists", "segments", "flows", "metrics", "events")


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield people, groups, campaigns and metrics, then what people did and what was counted."""
    yield from _profiles(ctx)
    yield from _groups(ctx, "list", tables.LISTS, tables.LIST_MEMBERS)
    yield from _groups(ctx, "segment", tables.SEGMENTS, tables.SEGMENT_MEMBERS)
    yield from _campaigns(ctx)
    yield from _every(ctx, "flows", 50, tables.FLOWS)
    metrics: dict[str, str] = {}
    # No page size can be set here, so no page is known to be full.
    for records, _ in pages(ctx, "/api/metrics", 10**9):
        found = [rows.metric(each) for each in records]
        metrics |= {str(each["name"]): str(each["id"]) for each in found}
        yield Page(tables.METRICS.name, found)
    yield from _events(ctx)
    yield from _report(ctx, metrics)


def _profiles(ctx: Extraction) -> Iterator[Yield]:
    since, is_whole = ctx.cursor("profiles", ""), ctx.sweep_due
    asked: dict[str, Any] = {"sort": "updated", **_SUBSCRIPTIONS}
    if since and not is_whole:
        asked["filter"] = f"greater-than(updated,{_lagged(ctx, since)})"
    keys: set[tuple[str, ...]] = set()
    for records, _ in pages(ctx, "/api/profiles", 100, page__size=100, **asked):
        yield Page(tables.PROFILES.name, [rows.profile(each) for each in records])
        keys |= {(str(each["id"]),) for each in records}
        for each in records:
            if changed := inside(each, "attributes", "updated"):
                ctx.advance("profiles", str(changed))
    if is_whole:
        # A profile can be deleted only for good; of one that was merged the address may live on.
        lives_by = "email" if ctx.config.get("missing_is_erased", True) else None
        yield Sweep(tables.PROFILES.name, frozenset(keys), erased_unless=lives_by)


def _lagged(
    ctx: Extraction, since: str, name: str = "lag_minutes", minutes: float = LAG_MINUTES
) -> str:
    lag = timedelta(minutes=float(ctx.config.get(name, minutes)))
    return (datetime.fromisoformat(since) - lag).isoformat()


def _every(ctx: Extraction, what: str, size: int, table: Table) -> Iterator[Yield]:
    """Yield all records of one kind, and the list of their ids."""
    keys: set[tuple[str, ...]] = set()
    for records, _ in pages(ctx, f"/api/{what}", size, page__size=size):
        yield Page(table.name, [plain(each) for each in records])
        keys |= {(str(each["id"]),) for each in records}
    yield Sweep(table.name, frozenset(keys))


def _groups(ctx: Extraction, kind: str, table: Table, members: Table) -> Iterator[Yield]:
    """Yield lists or segments and who is in them: whole when due, else who joined since."""
    for item in _every(ctx, f"{kind}s", 10, table):
        yield item
        if isinstance(item, Page) and isinstance(item.rows, list):
            for group in item.rows:
                yield from _members(ctx, kind, str(group["id"]), members)


def _members(ctx: Extraction, kind: str, group: str, table: Table) -> Iterator[Yield]:
    name = f"{kind}:{group}"
    since = ctx.cursor(name, "")
    is_whole = ctx.sweep_due or not since
    asked: dict[str, Any] = {"sort": "joined_group_at", "fields__profile": "email"}
    if not is_whole:
        asked["filter"] = f"greater-than(joined_group_at,{_lagged(ctx, since)})"
    path, found = f"/api/{kind}s/{group}/profiles", []
    for records, _ in pages(ctx, path, 100, page__size=100, **asked):
        for each in records:
            joined = inside(each, "attributes", "joined_group_at")
            found.append({f"{kind}_id": group, "profile_id": each["id"], "joined_group_at": joined})
    units = ((group,),) if is_whole else ()
    yield Page(table.name, found, units, is_partial=not is_whole)
    ctx.advance(name, ctx.as_of.isoformat())


def _campaigns(ctx: Extraction) -> Iterator[Yield]:
    keys: set[tuple[str, ...]] = set()
    for channel in ("email", "sms"):
        asked = {"filter": f"equals(messages.channel,'{channel}')", "include": "campaign-messages"}
        for records, included in pages(ctx, "/api/campaigns", 100, page__size=100, **asked):
            found = [{**plain(each), "channel": channel} for each in records]
            yield Page(tables.CAMPAIGNS.name, found)
            yield Page(tables.MESSAGES.name, list(_messages(records, included)))
            keys |= {(str(each["id"]),) for each in found}
    yield Sweep(tables.CAMPAIGNS.name, frozenset(keys))


def _messages(records: list[Record], included: list[Record]) -> Iterator[Record]:
    told = {str(each.get("id")): each for each in included}
    for each in records:
        pointed = inside(each, "relationships", "campaign-messages", "data") or []
        for id_ in (str(pointer.get("id")) for pointer in pointed):
            yield rows.message(told.get(id_, {"id": id_}), str(each["id"]))


def _events(ctx: Extraction) -> Iterator[Yield]:
    """Yield events from a while before the last load: some are told days after they happened."""
    asked: dict[str, Any] = {"sort": "datetime"}
    since = ctx.cursor("events", "")
    if ctx.window:
        asked["filter"] = (
            f"greater-or-equal(datetime,{ctx.window[0]}T00:00:00+00:00),"
            f"less-than(datetime,{ctx.window[1] + timedelta(days=1)}T00:00:00+00:00)"
        )
    elif since:
        late = _lagged(ctx, since, "event_lag_minutes", EVENT_LAG_MINUTES)
        asked["filter"] = f"greater-or-equal(datetime,{late})"
    for records, _ in pages(ctx, "/api/events", 200, page__size=200, **asked):
        yield Page(tables.EVENTS.name, [rows.event(each) for each in records])
    ctx.advance("events", ctx.as_of.isoformat())


def _report(ctx: Extraction, metrics: Mapping[str, str]) -> Iterator[Yield]:
    """Yield the counters of the last year's campaigns, once a day: the vendor allows few."""
    today = ctx.as_of.date().isoformat()
    wanted = str(ctx.config.get("conversion_metric", "Placed Order"))
    metric = metrics.get(wanted) or next(iter(metrics.values()), "")
    if ctx.window or not metric or (ctx.state.get("reported_on") == today and not ctx.full):
        return
    attributes = {
        "statistics": [*tables.STATISTICS, "conversions", "conversion_value"],
        "timeframe": {"key": "last_365_days"},
        "conversion_metric_id": metric,
    }
    body = {"data": {"type": "campaign-values-report", "attributes": attributes}}
    path, where = "/api/campaign-values-reports", "klaviyo campaign-values-reports"
    while path:
        # Nothing says how many lines there are, and no other answer comes before tomorrow's.
        found, answer = sure(
            partial(ctx.http.post, path, body), "data.attributes.results", where, None
        )
        yield Page(tables.REPORTS.name, [rows.values(each) for each in found])
        path = str(inside(answer, "links", "next") or "")
    ctx.state["reported_on"] = today


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account, by its private key."""
    key = str(config["api_key"])
    headers = {
        "Authorization": f"Klaviyo-API-Key {key}",
        "Accept": "application/vnd.api+json",
        "revision": REVISION,
    }
    return Session(
        str(config["base_url"]),
        auth=Fixed(headers),
        budgets=_BUDGETS,
        secrets=(key,),
        clock=clock,
    )


KLAVIYO = Source(
    name="klaviyo",
    kind="email",
    title="Klaviyo",
    tables=(
        *(tables.PROFILES, tables.LISTS, tables.LIST_MEMBERS, tables.SEGMENTS),
        *(tables.SEGMENT_MEMBERS, tables.CAMPAIGNS, tables.MESSAGES, tables.FLOWS),
        *(tables.METRICS, tables.EVENTS, tables.REPORTS),
    ),
    extract=extract,
    required=("base_url", "api_key"),
    secrets=("api_key",),
    session=session,
    settings=(
        Setting("base_url", "https://a.klaviyo.com", "the address of the API"),
        Setting("lag_minutes", LAG_MINUTES, "profiles are read from so long before the last load"),
        Setting("event_lag_minutes", EVENT_LAG_MINUTES, "events may be told two days late"),
        Setting("conversion_metric", "Placed Order", "the metric that reports count as conversion"),
        Setting("sweep_days", 7, "days between two full lists of ids, which find deletions"),
        Setting(
            "missing_is_erased",
            True,
            "a profile that two full lists lack goes with its personal data, unless its address "
            "lives on under another profile",
        ),
    ),
    sandbox={"api_key": "pk_sandbox"},
    api=Api(
        REVISION,
        None,
        "the vendor's OpenAPI documents of that revision; by its policy one lives two years",
    ),
    notes=Notes(
        reads="Profiles with consent, lists and segments with who is in them, campaigns by e-mail "
        "and SMS, flows, metrics, every event, and the campaigns' own counters.",
        cursor="The newest change of a profile; for events the last load.",
        lookback="Ten minutes of profiles, two days of events, a year's counters once a day.",
        limits="Each kind of address has its calls a second and a minute; reports 2 a minute and "
        "225 a day.",
        scopes=(
            ("profiles:read", "people and their consent"),
            ("lists:read", "lists and who is in them"),
            ("segments:read", "segments and who is in them"),
            ("campaigns:read", "campaigns and their counters"),
            ("flows:read", "flows"),
            ("metrics:read", "what the events are called"),
            ("events:read", "what people did"),
        ),
        blind=(
            "Merged and deleted profiles vanish without a pointer: the weekly list finds them. "
            "Both are forgotten, a merged one's other address too.",
            "E-mails of flows are events here, and not in the marts of campaigns.",
            "Events that are told more than two days late are not seen.",
        ),
    ),
    asks={
        **{f"{name}:read": asking(f"/api/{name}") for name in _ASKED_PLAIN},
        # Campaigns are listed one channel at a time only.
        "campaigns:read": asking("/api/campaigns", filter="equals(messages.channel,'email')"),
    },
)
