"""Counts the requests of every vendor against the limits of its contract."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ingestion.sandbox.http import Answer, Ask
from ingestion.sandbox.vendor import Limit, Vendor


@dataclass
class _Rolling:
    """What was asked under one limit lately."""

    limit: Limit
    _taken: deque[float] = field(default_factory=deque)

    def take(self, now: float, calls: int) -> bool:
        """Note so many calls; return False where they are too many, and do not count."""
        while self._taken and self._taken[0] <= now - self.limit.seconds:
            self._taken.popleft()
        if len(self._taken) + calls > self.limit.calls:
            return False
        self._taken.extend([now] * calls)
        return True


class Limits:
    """Counts what is asked of the vendors; `clock` gives seconds that only grow."""

    def __init__(
        self, vendors: Collection[Vendor], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.open: Counter[str] = Counter()
        self._clock = clock
        self._at_once = {each.name: each.at_once for each in vendors if each.at_once}
        self._rolling = {each.name: [_Rolling(limit) for limit in each.limits] for each in vendors}

    def refuse(self, ask: Ask, vendor: str) -> Answer | None:
        """Return the vendor's refusal where this request is one too many, else None."""
        most, crowded = self._at_once.get(vendor, (0, None))
        if crowded and self.open[vendor] > most:
            return crowded
        for each in self._rolling.get(vendor, ()):
            limit = each.limit
            if limit.paths in ask.path and not each.take(self._clock(), limit.counts(ask)):
                return limit.refused
        return None
