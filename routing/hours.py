"""When whom is at work: the open hours that dbt makes of the calendars and the company's days."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime

# Calendar, business day, opening and closing (UTC).
Span = tuple[str, date, datetime, datetime]


class Hours:
    """The open hours of every calendar."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans: dict[str, list[Span]] = {}
        for span in sorted(spans):
            self._spans.setdefault(span[0], []).append(span)
        self._closings = {name: [span[3] for span in each] for name, each in self._spans.items()}

    def number(self, calendar: str, instant: datetime) -> int:
        """Return the number of the business day that an instant belongs to.

        What comes after closing, or on a day off, is the next business day's.
        """
        return bisect_right(self._closings[calendar], instant)

    def day(self, calendar: str, number: int) -> date:
        """Return the date of a business day."""
        return self._spans[calendar][number][1]

    def is_open(self, calendar: str, instant: datetime) -> bool:
        """Whether the calendar's hours hold an instant; the closing itself is out."""
        span = self._spans[calendar][self.number(calendar, instant)]
        return span[2] <= instant
