"""What happened once: changes to an account, and clicks by the id that lands on the website."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.contract import Page, Yield
from ingestion.days import each_day
from ingestion.errors import PageBroken
from ingestion.sources.google_ads.query import Account
from ingestion.sources.google_ads.tables import CHANGES, CLICKS

# ChangeEventError: a range, a limit of at most 10,000, and nothing older than 30 days.
CHANGE_LIMIT, CHANGE_DAYS = 10_000, 30
# ClickViewError: one day a query, none older than 90.
CLICK_DAYS = 90
# Changes show after minutes; an hour that the autumn clock repeats is told twice in local time.
LAG = timedelta(hours=2)
_AT = "change_event.change_date_time"


def changes(account: Account, zone_name: str) -> Iterator[Yield]:
    """Yield the changes since the last load, page by page of the most that one query gives."""
    ctx, zone = account.ctx, _zone(zone_name)
    name = f"changes:{account.id}"
    oldest = ctx.as_of - timedelta(days=CHANGE_DAYS) + timedelta(hours=1)
    since, known = oldest, ctx.cursor(name, "")
    if known:
        since = max(oldest, datetime.fromisoformat(known) - LAG)
        if datetime.fromisoformat(known) < oldest:
            ctx.count("changes_out_of_reach", CHANGES.table.name)
    local, end = _local(since, zone), _local(ctx.as_of + LAG, zone)
    while True:
        between = f"{_AT} >= '{local}' AND {_AT} <= '{end}'"
        pages = account.entities(CHANGES, where=between, order=_AT, limit=CHANGE_LIMIT)
        rows = [row for page in pages for row in page]
        for row in rows:
            row["occurred_at"] = _instant(row["change_event__change_date_time"], zone)
        yield Page(CHANGES.table.name, rows)
        if len(rows) < CHANGE_LIMIT:
            break
        # The rest begins at the last instant that came: what shares it comes again.
        last = str(rows[-1]["change_event__change_date_time"])
        if last == local:
            raise PageBroken(
                f"google_ads change_event of {account.id}: more than {CHANGE_LIMIT} changes share "
                f"the instant {last}, and no query reaches past them. Nothing was lost."
            )
        local = last
    ctx.advance(name, ctx.as_of.isoformat())


def clicks(account: Account) -> Iterator[Yield]:
    """Yield the clicks of each day since the last load, and of the days that may still fill."""
    ctx = account.ctx
    name, today = f"clicks:{account.id}", ctx.as_of.date()
    oldest = today - timedelta(days=CLICK_DAYS - 1)
    if ctx.window:
        first, today = max(ctx.window[0], oldest), ctx.window[1]
    else:
        back = timedelta(days=int(ctx.config.get("click_days", 3)))
        known = ctx.cursor(name, "")
        first = max(oldest, date.fromisoformat(known) - back) if known else oldest
        if known and date.fromisoformat(known) < oldest:
            ctx.count("click_days_out_of_reach", CLICKS.table.name)
    for day in each_day(first, today):
        for rows in account.entities(CLICKS, where=f"segments.date = '{day}'"):
            yield Page(CLICKS.table.name, rows)
    ctx.advance(name, today.isoformat())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise PageBroken(f"google_ads: the account's time zone {name!r} is unknown here.") from None


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _instant(text: Any, zone: ZoneInfo) -> str | None:
    """The instant in UTC of a local text, None where it is none: the row keeps the text."""
    try:
        local = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return local.replace(tzinfo=zone).astimezone(UTC).isoformat()
