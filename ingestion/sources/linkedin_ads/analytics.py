"""adAnalytics: twenty fields a call, no pages, and an answer that is cut at 15,000 without a sign.

So a range is cut beforehand to what cannot reach the limit, and an answer that does is halved: by
days, and a single day by its campaigns. Long addresses travel as the body of a POST (LinkedIn's
query tunnelling). The query language's parentheses must not be re-encoded, hence text by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from ingestion.contract import Extraction
from ingestion.days import halves
from ingestion.errors import PageBroken
from ingestion.pages import sure
from ingestion.sources.linkedin_ads.entities import number_of

LIMIT = 15_000
FIELDS = 18
LONGEST_ADDRESS = 4_000
_TUNNEL = {
    "X_HTTP_Method_Override": "GET",
    "Content_Type": "application/x-www-form-urlencoded",
}
# Below this a difference is the tail of a binary fraction and no money.
_TAIL = Decimal("1e-9")
Found = dict[tuple[str, date], dict[str, Any]]


@dataclass(frozen=True)
class Report:
    """A pivot and the metrics that are asked for, ours -> theirs."""

    account: str
    currency: str
    pivot: str
    counts: Mapping[str, str]
    money: Mapping[str, str]

    @property
    def where(self) -> str:
        """The report's name in messages."""
        return f"linkedin_ads analytics {self.pivot}"


def span_of(entities: int) -> int:
    """Return how many days of a pivot's objects stay below the limit for sure."""
    return max(1, min(180, (LIMIT - 1) // max(1, entities)))


def read(
    ctx: Extraction, report: Report, first: date, last: date, campaigns: Sequence[str]
) -> Iterator[tuple[date, date, Found]]:
    """Yield (first day, last day, rows by object and day), in halves where the limit is reached.

    Raises PageBroken where one campaign's day still reaches it.
    """
    rows = _merged(ctx, report, first, last, ())
    if rows is not None:
        yield first, last, rows
    elif first < last:
        for half in halves(first, last):
            yield from read(ctx, report, *half, campaigns)
    else:
        yield first, last, _by_campaigns(ctx, report, first, campaigns)


def _by_campaigns(ctx: Extraction, report: Report, day: date, campaigns: Sequence[str]) -> Found:
    if len(campaigns) < 2:
        raise PageBroken(
            f"{report.where} {day}: one campaign reaches the limit of {LIMIT} elements, so the "
            "answer may be cut. Nothing was lost and the cursor did not move."
        )
    middle = len(campaigns) // 2
    found: Found = {}
    for part in (campaigns[:middle], campaigns[middle:]):
        rows = _merged(ctx, report, day, day, part)
        found |= _by_campaigns(ctx, report, day, part) if rows is None else rows
    return found


def _merged(
    ctx: Extraction, report: Report, first: date, last: date, campaigns: Sequence[str]
) -> Found | None:
    """Return the rows of all metrics, merged on their key; None where an answer may be cut."""
    fields = [*report.counts.values(), *report.money.values()]
    ours = {theirs: name for name, theirs in (*report.counts.items(), *report.money.items())}
    found: Found = {}
    for start in range(0, len(fields), FIELDS):
        query = _query(report, first, last, campaigns, fields[start : start + FIELDS])
        records, _ = sure(partial(_ask, ctx, query), "elements", report.where, None)
        if len(records) >= LIMIT:
            return None
        seen = set()
        for record in records:
            key = _key(report, record, first, last)
            if key in seen:
                raise PageBroken(f"{report.where}: an object's day came twice. Run again.")
            seen.add(key)
            values = found.setdefault(key, dict.fromkeys(ours.values()))
            for theirs in fields[start : start + FIELDS]:
                value = record.get(theirs)
                values[ours[theirs]] = amount(value) if theirs in report.money.values() else value
    return found


def _query(
    report: Report, first: date, last: date, campaigns: Sequence[str], fields: Sequence[str]
) -> str:
    listed = ",".join(f"urn%3Ali%3AsponsoredCampaign%3A{each}" for each in campaigns)
    return (
        f"q=analytics&pivot={report.pivot}&timeGranularity=DAILY"
        f"&dateRange=(start:{_day(first)},end:{_day(last)})"
        f"&accounts=List(urn%3Ali%3AsponsoredAccount%3A{report.account})"
        + (f"&campaigns=List({listed})" if campaigns else "")
        + f"&fields=dateRange,pivotValues,{','.join(fields)}"
    )


def _day(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"


def _ask(ctx: Extraction, query: str) -> Any:
    if len(query) > LONGEST_ADDRESS:
        return ctx.http.post("/rest/adAnalytics", query, **_TUNNEL)
    return ctx.http.get(f"/rest/adAnalytics?{query}")


def _key(report: Report, record: Any, first: date, last: date) -> tuple[str, date]:
    """Return what a row is of; raises PageBroken where it is of something else than was asked."""
    values = record.get("pivotValues") or []
    span = record.get("dateRange") or {}
    day = _date(span.get("start"))
    if len(values) != 1 or day is None or day != _date(span.get("end")):
        raise PageBroken(f"{report.where}: a row names no single object and day. Run again.")
    if not first <= day <= last:
        raise PageBroken(f"{report.where}: a row of {day} came, which was not asked for.")
    return str(number_of(values[0])), day


def _date(parts: Any) -> date | None:
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except (KeyError, TypeError, ValueError):
        return None


def amount(value: Any) -> Any:
    """Return an amount of money without the tail that a binary fraction left in its text."""
    try:
        exact = Decimal(str(value))
        rounded = exact.quantize(Decimal("1e-6"))
    except (InvalidOperation, ValueError):
        return value
    return format(rounded, "f") if abs(exact - rounded) < _TAIL and exact != rounded else value
