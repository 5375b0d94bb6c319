"""Who had not reached a stage, and by which channels they came: published touches, plain Python."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from journeys import people_of_deals
from plain import PRIORITY, Home

DEALS = ("opportunity", "won")
Step = tuple[datetime, int, str, str]


@dataclass(frozen=True)
class Crowd:
    """Everybody's touches, their accounts, and when they reached which stage."""

    touches: Mapping[str, list[Step]]
    account: Mapping[str, str]
    reached: Mapping[tuple[str, str], datetime]

    def paths(
        self, stage: str, since: datetime, until: datetime, lookback_days: int
    ) -> list[tuple[str, ...]]:
        """Return the path of each who had not reached the stage when the window closed."""
        together: dict[str, list[Step]] = defaultdict(list)
        for who, steps in self.touches.items():
            together[self.account.get(who, who) if stage in DEALS else who] += steps
        found = []
        for who, steps in together.items():
            seen = sorted(step for step in steps if step[0] < until)
            if not seen or self.reached.get((stage, who), until) < until or seen[-1][0] < since:
                continue
            opens = seen[-1][0] - timedelta(days=lookback_days)
            found.append(tuple(channel for at, _, _, channel in seen if at >= opens))
        return found


def crowd(home: Home) -> Crowd:
    """Return everybody of a published home."""
    kinds = {
        row[0]: row[1:] for row in home.marts("select person_id, kind, account_id from dim_persons")
    }
    visitors = dict(home.marts("select session_id, visitor_id from fct_web_sessions"))
    touches: dict[str, list[Step]] = defaultdict(list)
    for touch, person, session, channel, at, kind in home.marts(
        "select touchpoint_id, person_id, session_id, channel, touched_at, touch_type "
        "from fct_touchpoints where touch_class = 'marketing'"
    ):
        if person and kinds[person][0] != "person":
            continue
        who = person or visitors.get(session) or touch
        touches[who].append((at, PRIORITY[kind], touch, channel))
    account = {person: held for person, (_, held) in kinds.items() if held}
    return Crowd(touches, account, _reached(home, account))


def _reached(home: Home, account: Mapping[str, str]) -> dict[tuple[str, str], datetime]:
    buyers = people_of_deals(home)
    found: dict[tuple[str, str], datetime] = {}
    for stage, person, company, deal, at in home.marts(
        "select stage, person_id, account_id, opportunity_id, converted_at from fct_conversions "
        "where not is_reversal"
    ):
        if deal:
            whose = {account.get(each, each) for each in buyers[deal]} | {company or person}
        else:
            whose = {person}
        for who in whose:
            found[stage, who] = min(at, found.get((stage, who), at))
    return found
