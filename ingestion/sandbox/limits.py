"""Rate limits that the vendors state, of the contract that the made-up company has with them.

HubSpot counts calls in a rolling ten seconds and searches in a second, Mailchimp the connections at
one time (vendors' documentation). Their numbers are an account's own: this company's HubSpot allows
5,000 calls, as its reader is told to pace itself, so that a first run need not wait.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ingestion.sandbox.http import Answer, Ask, answer
from ingestion.sandbox.views import hubspot, mailchimp

HUBSPOT_CALLS = 5_000
MAILCHIMP_CONNECTIONS = 10


@dataclass
class Rolling:
    """At most `calls` in any `seconds`."""

    policy: str
    calls: int
    seconds: float
    _taken: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> bool:
        """Note a call; return False where it is one too many, and does not count."""
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.calls:
            return False
        self._taken.append(now)
        return True


class Limits:
    """Counts the requests of every vendor; `clock` gives seconds that only grow."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, hubspot_calls: int = HUBSPOT_CALLS
    ) -> None:
        self.clock = clock
        self.open: Counter[str] = Counter()
        self._calls = Rolling("TEN_SECONDLY_ROLLING", hubspot_calls, 10.0)
        self._searches = Rolling("SECONDLY", max(1, hubspot_calls // 20), 1.0)

    def refuse(self, ask: Ask, vendor: str) -> Answer | None:
        """Return the vendor's 429 where this request is one too many, else None."""
        if vendor == "mailchimp" and self.open[vendor] > MAILCHIMP_CONNECTIONS:
            told = "You have exceeded the limit of 10 simultaneous connections."
            return mailchimp.refuse(429, "Too Many Requests", told)
        if vendor != "hubspot":
            return None
        counted = [self._calls, *([self._searches] if ask.path.endswith("/search") else [])]
        broken = next((each for each in counted if not each.take(self.clock())), None)
        return None if broken is None else answer(hubspot.rate_limit(broken.policy), 429)
