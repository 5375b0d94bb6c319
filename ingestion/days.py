"""Which days a source of daily reports reads, and in what pieces."""

from collections.abc import Iterator
from datetime import date, timedelta

from ingestion.contract import Extraction

ONE_DAY = timedelta(days=1)


def days_to_read(ctx: Extraction, last: date, cursor: str = "days") -> tuple[date, date]:
    """Return the first and the last day to read: a window, everything, or the lookback.

    Reads the settings `first_day`, `lookback_days` and, when a sweep is due, `long_lookback_days`.
    """
    if ctx.window:
        return ctx.window
    known = ctx.cursor(cursor, "")
    if not known:
        return date.fromisoformat(str(ctx.config["first_day"])), last
    back = "long_lookback_days" if ctx.sweep_due else "lookback_days"
    return reach(last, date.fromisoformat(known), int(ctx.config[back])), last


def reach(last: date, known: date, days: int) -> date:
    """Return the first day to read again, where the last load had come to the day `known`.

    `days` back from the last day; and after a pause what was younger than that at the last load,
    as it may have moved since.
    """
    return min(last - timedelta(days=days), known - timedelta(days=days - 1))


def spans(first: date, last: date, length: int) -> Iterator[tuple[date, date]]:
    """Yield the pieces of at most `length` days that a range falls into, oldest first."""
    while first <= last:
        end = min(last, first + timedelta(days=length - 1))
        yield first, end
        first = end + ONE_DAY


def each_day(first: date, last: date) -> list[date]:
    """Return every day of a range, both ends in."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def halves(first: date, last: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return the two halves of a range of two days or more."""
    middle = first + (last - first) // 2
    return (first, middle), (middle + ONE_DAY, last)
