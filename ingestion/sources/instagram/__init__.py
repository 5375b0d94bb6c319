"""An Instagram business account by the Graph API v26.0 -> raw_instagram.

Media are listed whole each time; their number is the account's own count. Insights of a medium are
lifetime totals up to 48 hours late, so a load keeps a snapshot while it is young; with too few
viewers they are refused (error 10), which is unknown and no zero. Totals of the account are asked
for a day at a time, followers gained for the last 30 days, which is all that Instagram tells.
Views took the place of impressions for all versions in April 2025 (Instagram Platform changelog).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion import graph
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Yield
from ingestion.days import ONE_DAY, each_day, reach
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Clock, Session
from ingestion.lifetime import refuse_silent, young
from ingestion.sources.instagram.tables import (
    FOLLOWERS,
    GAINED,
    MEDIA,
    MEDIA_INSIGHTS,
    MEDIA_METRICS,
    USER_DAYS,
    USER_METRICS,
    USERS,
)

GAINED_DAYS = 30


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the account, its media, a snapshot of the young ones, and the account's days."""
    user = str(ctx.config["user_id"])
    held = graph.node(ctx, user, ",".join(each.name for each in USERS.columns), "instagram")
    yield Page("users", [{each.name: held.get(each.name) for each in USERS.columns}])
    counts = {each.name: held.get(each.name) for each in FOLLOWERS.columns[2:]}
    yield Page("user_followers", [{"user_id": user, "observed_on": ctx.as_of.date(), **counts}])
    fields = [each.name for each in MEDIA.columns if each.name != "user_id"]
    path, params = f"/{graph.API}/{user}/media", {"fields": ",".join(fields)}
    stated = int(held.get("media_count") or 0)
    media = graph.edge_of(ctx, path, params, "instagram media", stated)
    yield Page(
        "media", [{**{name: each.get(name) for name in fields}, "user_id": user} for each in media]
    )
    yield Sweep("media", frozenset((str(each["id"]),) for each in media), (("user_id", user),))
    yield Page("media_insights", list(_snapshots(ctx, media)))
    first, last = _range(ctx)
    yield Page("user_days", list(_user_days(ctx, user, first, last)))
    yield Page("user_follower_days", list(_gained(ctx, user, first, last)))
    ctx.advance("days", last.isoformat())


def _range(ctx: Extraction) -> tuple[date, date]:
    """The days to read; each is a call of its own, so a first load goes back a season only."""
    if ctx.window:
        return ctx.window
    last, known = ctx.as_of.date() - ONE_DAY, ctx.cursor("days", "")
    if not known:
        return last - timedelta(days=int(ctx.config["history_days"]) - 1), last
    return reach(last, date.fromisoformat(known), int(ctx.config["lookback_days"]) - 1), last


def _snapshots(ctx: Extraction, media: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the counters of today, which no later load can ask for."""
    where = "instagram media insights"
    products = {str(each["id"]): str(each.get("media_product_type")) for each in media}
    published = {str(each["id"]): _instant(each.get("timestamp")) for each in media}
    # What a metric is refused for is told by product: a reel has some that a picture lacks.
    metrics = {
        product: graph.Metrics(ctx, "media_insights", list(MEDIA_METRICS))
        for product in products.values()
    }
    counted, silent = set(), set()
    for id_ in young(ctx, published):
        try:
            records = metrics[products[id_]].read(id_, {}, where)
        except RequestFailed as error:
            if not _is_too_few(error.body):
                raise
            ctx.count("too_few_viewers", "media_insights")
            continue
        values = {str(each.get("name")): _value(each) for each in records}
        if all(value is None for value in values.values()):
            silent.add(id_)
            continue
        counted.add(id_)
        row = {name: values.get(name) for name in MEDIA_METRICS}
        yield {"media_id": id_, "observed_on": ctx.as_of.date(), **row}
    refuse_silent(ctx, where, "media_insights", silent, counted)


def _is_too_few(body: Any) -> bool:
    error = graph.error_of(body)
    return error.get("code") == 10 and "viewers" in str(error.get("message") or "").lower()


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _value(record: Mapping[str, Any]) -> Any:
    """Return the number of a record: a total, or the only value of a series."""
    total = record.get("total_value")
    if isinstance(total, Mapping):
        return total.get("value")
    return next((each.get("value") for each in record.get("values") or []), None)


def _bounds(first: date, last: date) -> dict[str, int]:
    starts = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last + ONE_DAY))
    since, until = (int(start.timestamp()) for start in starts)
    return {"since": since, "until": until}


def _user_days(ctx: Extraction, user: str, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Yield the account's totals; raises PageBroken where a day that was stated before is not."""
    where = "instagram account insights"
    metrics = graph.Metrics(ctx, "user_days", list(USER_METRICS))
    newest = ctx.cursor("stated days", "")
    for day in each_day(first, last):
        asked = {"period": "day", "metric_type": "total_value", **_bounds(day, day)}
        values = {str(each.get("name")): _value(each) for each in metrics.read(user, asked, where)}
        if all(value is None for value in values.values()):
            if day.isoformat() <= newest:
                raise PageBroken(
                    f"{where}: {day} was stated before and is missing now. Nothing was lost and "
                    "the cursor did not move: run again."
                )
            continue
        ctx.advance("stated days", day.isoformat())
        row = {name: values.get(name) for name in USER_METRICS}
        yield {"user_id": user, "reported_on": day, **row}


def _one_day(ctx: Extraction) -> object:
    yesterday = ctx.as_of.date() - ONE_DAY
    return list(_user_days(ctx, str(ctx.config["user_id"]), yesterday, yesterday))


def _gained(ctx: Extraction, user: str, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Yield the followers gained a day; a smaller account than 100 is told none."""
    first = max(first, ctx.as_of.date() - timedelta(days=GAINED_DAYS - 1))
    if first > last:
        return
    metrics = graph.Metrics(ctx, "user_follower_days", ["follower_count"])
    asked = {"period": "day", **_bounds(first, last)}
    for record in metrics.read(user, asked, "instagram followers gained"):
        for each in record.get("values") or []:
            at = _instant(each.get("end_time"))
            if at is None:
                raise PageBroken("instagram followers gained: a value without its day. Run again.")
            key = {"user_id": user, "reported_on": at.astimezone(UTC).date()}
            yield {**key, "follower_count": each.get("value")}


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account."""
    return graph.session(config, clock, "`instagram_basic` and `instagram_manage_insights`")


INSTAGRAM = Source(
    name="instagram",
    kind="social",
    title="Instagram",
    tables=(USERS, FOLLOWERS, MEDIA, MEDIA_INSIGHTS, USER_DAYS, GAINED),
    extract=extract,
    required=("base_url", "access_token", "user_id"),
    secrets=("access_token", "app_secret"),
    session=session,
    settings=(
        Setting("base_url", "https://graph.facebook.com", "the address of the API"),
        Setting("user_id", None, "the business account, by its number in the Graph"),
        Setting("history_days", 90, "days of the account that a first load reads, a call each"),
        Setting("lookback_days", 3, "days read again each time: numbers come up to 48 hours late"),
        Setting("snapshot_days", 90, "counters are lifetime: a snapshot a day while young"),
        Setting("calls_per_10_seconds", 20, "pace; Meta allows 4,800 a day and impression"),
    ),
    sandbox={
        "access_token": "sandbox-page-token",
        "app_secret": "sandbox-page-secret",
        "user_id": "17841400000001001",
    },
    api=Api(
        graph.API,
        None,
        "facebook-business 26.0.3 speaks v26.0; Meta keeps a Graph API version about two years "
        "and had named no last day for this one",
    ),
    notes=Notes(
        reads="The account and its followers; every medium with a snapshot of its views, reach, "
        "likes, comments, shares and saves; the account's own days.",
        cursor="Media are listed whole each time; days go on from the last one that was read.",
        lookback="Three days of the account each time, as numbers come up to 48 hours late; a "
        "medium of the last 90 days is snapshot at each load.",
        limits="Throttles are errors under status 400 (codes 4, 17, 32, 80002), waited for and "
        "retried; from three quarters of an allowance on, requests slow down.",
        scopes=(
            ("instagram_basic", "the account and its media"),
            ("instagram_manage_insights", "views, reach and reactions"),
            ("pages_read_engagement", "the page that the account is tied to"),
        ),
        blind=(
            "Stories: they leave the list after 24 hours.",
            "A medium with too few viewers: Instagram refuses its numbers, which is no zero.",
            "Followers gained before the last 30 days, or of an account with fewer than 100.",
            "Counters of a medium between two loads: only the snapshots are known.",
        ),
    ),
    asks={
        "instagram_basic": lambda ctx: graph.node(
            ctx, str(ctx.config["user_id"]), "id", "instagram"
        ),
        "instagram_manage_insights": _one_day,
    },
)
