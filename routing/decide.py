"""The engine: one decision a lead, with its reason. Live decisions and replays are both made here.

Leads are taken in the order of their arrival (ties: their id), so that the same leads give the same
decisions whatever the order of rows. A pool gives turns by counting, never by chance: the next lead
goes to the member who has had the fewest turns for their weight, and among equals to the next in
the circle.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from routing.hours import Hours
from routing.rules import OWNER_OF, Facts, Member, Pool, Rule, Rules, Version


@dataclass(frozen=True)
class Lead:
    """A lead and what was known of it when it arrived; None where its record is gone since."""

    lead_id: str
    arrived_at: datetime
    facts: Facts | None


@dataclass(frozen=True)
class Decision:
    """Who is to get a lead, by which rule, and why. Before there were rules, nobody is.

    `is_turn_known` is false where a lead before it is lost: whose turn it was cannot be told.
    """

    lead_id: str
    version: str | None
    rule: str | None
    pool: str | None
    owner: str | None
    assign_within_hours: float | None
    respond_within_hours: float | None
    explanation: str
    is_turn_known: bool = True


@dataclass
class _Circle:
    """The turns of a pool: how many each member has had for their weight, and the turn that is on.

    Who comes back from an absence goes on from the turn that is on: nobody is owed the leads of
    their holidays.
    """

    first: int
    taken: dict[str, Fraction] = field(default_factory=dict)
    on: Fraction = Fraction(0)
    turns: int = 0

    def next(self, pool: Pool, candidates: list[Member]) -> Member:
        """Return whose turn it is among the candidates, and count it."""
        size = len(pool.members)
        place = {
            each.owner: (number - self.first) % size for number, each in enumerate(pool.members)
        }
        chosen = min(candidates, key=lambda each: (self._had(each), place[each.owner]))
        self.on = self._had(chosen)
        self.taken[chosen.owner] = self.on + Fraction(1, chosen.weight)
        self.turns += 1
        return chosen

    def _had(self, member: Member) -> Fraction:
        return max(self.taken.get(member.owner, self.on), self.on)


def decide(
    rules: Rules, hours: Hours, leads: Iterable[Lead], always: Version | None = None
) -> Iterator[Decision]:
    """Yield one decision a lead; with `always` as if that version had been in force all along."""
    desk = _Desk(rules, hours)
    for lead in sorted(leads, key=lambda each: (each.arrived_at, each.lead_id)):
        version = always or rules.in_force(lead.arrived_at)
        if version is None:
            yield _undecided(lead, "No rules were in force when it arrived.")
        elif lead.facts is None:
            desk.lose(version, lead)
            yield _undecided(lead, "The CRM has no record of it any more.")
        else:
            yield desk.decided(version, lead)


def _undecided(lead: Lead, why: str) -> Decision:
    return Decision(lead.lead_id, *(None,) * 6, explanation=why)


class _Desk:
    """What the engine remembers from lead to lead: turns of pools, and leads of owners by day."""

    def __init__(self, rules: Rules, hours: Hours) -> None:
        self._rules = rules
        self._hours = hours
        self._circles: dict[tuple[str, str, int | None], _Circle] = {}
        self._given: dict[tuple[str, int], int] = {}
        self._lost: set[tuple[str, int]] = set()
        self._losers: set[str] = set()

    def lose(self, version: Version, lead: Lead) -> None:
        """Remember that a lead had a turn, and that nobody knows whose."""
        number = self._hours.number(self._rules.calendar, lead.arrived_at)
        self._lost.add((version.name, number))
        self._losers.add(version.name)

    def decided(self, version: Version, lead: Lead) -> Decision:
        facts = facts_of(version, lead.facts or {})
        rule = matching(version, facts)
        is_turn_known = True
        number = self._hours.number(self._rules.calendar, lead.arrived_at)
        why = "; ".join(map(str, rule.asks)) or "no other rule took it"
        if rule.pool is None:
            owner = rule.owner or facts[OWNER_OF[str(rule.owner_of)]]
            how = f"the owner of the {rule.owner_of}" if rule.owner_of else "one owner"
        else:
            pool = version.pools[rule.pool]
            owner, giving, how = self._turn(version, pool, lead.arrived_at, number)
            is_turn_known = self._is_turn_known(version, giving, number)
        self._given[owner, number] = self._given.get((owner, number), 0) + 1
        return Decision(
            lead.lead_id,
            version.name,
            rule.name,
            rule.pool,
            owner,
            version.assign_within_hours,
            rule.respond_within_hours,
            f"Rule {rule.name} of version {version.name} ({why}): {how}.",
            is_turn_known,
        )

    def _is_turn_known(self, version: Version, pool: Pool, number: int) -> bool:
        """Whether no lead is lost that may have had a turn of the same circle, or taken room."""
        return (version.name, number) not in self._lost and (
            pool.restarts_daily or version.name not in self._losers
        )

    def _turn(
        self, version: Version, pool: Pool, at: datetime, number: int
    ) -> tuple[str, Pool, str]:
        """Return who gets a lead, of which pool (its own or one it flows over to), and how so."""
        day = self._hours.day(self._rules.calendar, number)
        following: Pool | None = pool
        told: list[str] = []
        while following is not None:
            present = [each for each in following.members if not self._is_away(each, day)]
            free = [each for each in present if self._has_room(each, number)]
            told.append(_absent(following, present, free))
            if free:
                return self._given_to(version, following, free, at, number, told)
            following = version.pools[following.overflow] if following.overflow else None
        # Somebody must have it: the pool's own members go on in turn as if they had room.
        present = [each for each in pool.members if not self._is_away(each, day)]
        told.append("nobody has room")
        return self._given_to(version, pool, present or list(pool.members), at, number, told)

    def _given_to(
        self,
        version: Version,
        pool: Pool,
        candidates: list[Member],
        at: datetime,
        number: int,
        told: list[str],
    ) -> tuple[str, Pool, str]:
        if pool.at_work_first:
            working = [each for each in candidates if self._is_at_work(each, at)]
            told.append(f"{len(working)} at work" if working else "nobody at work")
            candidates = working or candidates
        circle = self._circle(version, pool, number)
        member = circle.next(pool, candidates)
        day = self._hours.day(self._rules.calendar, number)
        since = f" of {day}" if pool.restarts_daily else ""
        reasons = "".join(f"; {each}" for each in told if each)
        how = f"turn {circle.turns}{since} in pool {pool.name}{reasons}"
        return member.owner, pool, how

    def _circle(self, version: Version, pool: Pool, number: int) -> _Circle:
        """Return the turns of a pool; where they restart daily, each day begins one further on."""
        key = (version.name, pool.name, number if pool.restarts_daily else None)
        if key not in self._circles:
            began = self._hours.number(self._rules.calendar, version.in_force_from)
            first = (number - began) % len(pool.members) if pool.restarts_daily else 0
            self._circles[key] = _Circle(first)
        return self._circles[key]

    def _is_away(self, member: Member, day: date) -> bool:
        return self._rules.owners[member.owner].is_away(day)

    def _has_room(self, member: Member, number: int) -> bool:
        capacity = self._rules.owners[member.owner].capacity_per_day
        return capacity is None or self._given.get((member.owner, number), 0) < capacity

    def _is_at_work(self, member: Member, at: datetime) -> bool:
        return self._hours.is_open(self._rules.owners[member.owner].calendar, at)


def facts_of(version: Version, facts: Facts) -> Facts:
    """Return the facts of a lead with its territory, which each version draws in its own way."""
    return {**facts, "territory": version.territory(facts)}


def matching(version: Version, facts: Facts) -> Rule:
    """Return the first rule that takes a lead; the last one takes all."""
    return next(r for r in version.rules if all(each.holds(facts) for each in r.asks))


def _absent(pool: Pool, present: list[Member], free: list[Member]) -> str:
    """Return why members of a pool are left out, without their names."""
    away, full = len(pool.members) - len(present), len(present) - len(free)
    parts = [f"{count} {word}" for count, word in ((away, "away"), (full, "full")) if count]
    return f"{' and '.join(parts)} in {pool.name}" if parts else ""
