"""The models by other means: fractions, walks over dictionaries, permutations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import factorial
from typing import Any

# The channels of a path, and how often it converted and did not.
Row = tuple[Sequence[str], int, int]
START, CONVERSION, NULL = ("start",), ("conversion",), ("null",)
Chain = dict[tuple, dict[tuple, int]]


def channels_of(rows: Iterable[Row]) -> list[str]:
    return sorted({channel for path, *_ in rows for channel in path})


def chain_of(rows: Iterable[Row], order: int) -> Chain:
    """Return how often journeys went from one state to another."""
    chain: Chain = defaultdict(lambda: defaultdict(int))
    for path, conversions, nulls in rows:
        here = START
        for place in range(len(path)):
            there = ("touches", *path[max(0, place + 1 - order) : place + 1])
            chain[here][there] += conversions + nulls
            here = there
        chain[here][CONVERSION] += conversions
        chain[here][NULL] += nulls
    return chain


def p_conversion(chain: Chain, without: str | None = None) -> Fraction:
    """Return the chance of converting from the start on walks that never visit a channel.

    Gauss-Jordan elimination on the chain that has lost every state of the channel.
    """
    held = [
        state
        for state, onward in chain.items()
        if without not in state[1:] and sum(onward.values())
    ]
    place = {state: number for number, state in enumerate(held)}
    rows = []
    for state in held:
        total = sum(chain[state].values())
        row = [Fraction(0)] * (len(held) + 1)
        row[place[state]] += 1
        for there, count in chain[state].items():
            if there in place:
                row[place[there]] -= Fraction(count, total)
            elif there == CONVERSION:
                row[-1] += Fraction(count, total)
        rows.append(row)
    for pivot in range(len(held)):
        best = next(number for number in range(pivot, len(held)) if rows[number][pivot])
        rows[pivot], rows[best] = rows[best], rows[pivot]
        rows[pivot] = [cell / rows[pivot][pivot] for cell in rows[pivot]]
        for number in range(len(held)):
            if number != pivot and rows[number][pivot]:
                factor = rows[number][pivot]
                rows[number] = [
                    cell - factor * above
                    for cell, above in zip(rows[number], rows[pivot], strict=True)
                ]
    return rows[place[START]][-1] if START in place else Fraction(0)


def removal_effects(rows: Sequence[Row], order: int) -> dict[str, Fraction]:
    chain = chain_of(rows, order)
    whole = p_conversion(chain)
    return {channel: 1 - p_conversion(chain, channel) / whole for channel in channels_of(rows)}


def converts_only_over(rows: Sequence[Row], order: int, channel: str) -> tuple[bool, bool]:
    """Return whether every walk that converts passes the channel, and whether none does."""
    chain = chain_of(rows, order)

    def reached(from_states: set[tuple], is_allowed) -> set[tuple]:
        found, waiting = set(), list(from_states)
        while waiting:
            state = waiting.pop()
            if state in found or not is_allowed(state):
                continue
            found.add(state)
            waiting += [there for there, count in chain.get(state, {}).items() if count]
        return found

    around = reached({START}, lambda state: channel not in state[1:])
    over = {state for state in reached({START}, lambda _: True) if channel in state[1:]}
    return CONVERSION not in around, CONVERSION not in reached(over, lambda _: True)


def value_within(rows: Iterable[Row], held: set[str]) -> Fraction:
    return Fraction(sum(conversions for path, conversions, _ in rows if set(path) <= held))


def rate_within(rows: Iterable[Row], held: set[str]) -> Fraction:
    inside = [row for row in rows if set(row[0]) <= held]
    journeys = sum(conversions + nulls for _, conversions, nulls in inside)
    return Fraction(sum(row[1] for row in inside), journeys) if journeys else Fraction(0)


def shapley(rows: Sequence[Row], worth) -> dict[str, Fraction]:
    """Return what each channel adds, averaged over every order in which channels may join."""
    channels = channels_of(rows)
    found = dict.fromkeys(channels, Fraction(0))
    for order in permutations(channels):
        held: set[str] = set()
        before = worth(rows, held)
        for channel in order:
            held.add(channel)
            after = worth(rows, held)
            found[channel] += after - before
            before = after
    return {channel: value / factorial(len(channels)) for channel, value in found.items()}


@dataclass(frozen=True)
class Journey:
    """Touches in order of instant and id: age in half-lives, place by instant and kind, from 1.

    `lead`, `opportunity` and `close` are the touches that hold the milestone, `shares` what the
    channels weigh in a fit, `units` what the conversion is worth.
    """

    ages: tuple[int, ...]
    places: tuple[int, ...]
    direct: tuple[bool, ...]
    lead: int | None
    opportunity: int | None
    close: int | None
    shares: tuple[int, ...]
    units: int

    @classmethod
    def plain(cls, touches: int) -> "Journey":
        """Return a journey of so many touches at one instant, without milestones."""
        places, none = tuple(range(1, touches + 1)), (0,) * touches
        return cls(none, places, (False,) * touches, None, None, None, none, 0)


def weights(journey: Journey, rule: Mapping[str, Any]) -> list[Fraction]:
    """Return what a rule gives each touch, straight from the definitions."""
    many = len(journey.ages)
    if rule["rule"] == "decay":
        raw = [Fraction(1, 2**age) for age in journey.ages]
    elif rule["rule"] == "fitted":
        raw = [Fraction(share) for share in journey.shares]
    elif rule["rule"] == "last_non_direct":
        paid = [
            place
            for place, is_direct in zip(journey.places, journey.direct, strict=True)
            if not is_direct
        ]
        raw = [Fraction(place == max(paid, default=many)) for place in journey.places]
    elif rule["rule"] == "milestones":
        raw = _milestones(journey, rule)
    else:
        raw = [Fraction(1)] * many
    total = sum(raw)
    return [share / total if total else Fraction(1, many) for share in raw]


def _milestones(journey: Journey, rule: Mapping[str, Any]) -> list[Fraction]:
    many = len(journey.ages)
    holders = {
        "first_share": journey.places.index(1),
        "lead_share": journey.lead,
        "opportunity_share": journey.opportunity,
        "close_share": journey.close,
        "last_share": journey.places.index(many),
    }
    held = [Fraction(0)] * many
    for name, touch in holders.items():
        if touch is not None:
            held[touch] += Fraction(str(rule[name]))
    empty = held.count(0)
    rest = Fraction(str(rule["rest_share"]))
    return [share or rest / empty for share in held]


def split(shares: Sequence[Fraction], units: int) -> list[int]:
    """Split units by largest remainder, known to a millionth; ties go to the earlier."""
    exact = [round(share * units * 1_000_000) for share in shares]
    parts = [part // 1_000_000 for part in exact]
    order = sorted(range(len(parts)), key=lambda touch: (-(exact[touch] % 1_000_000), touch))
    for touch in order[: units - sum(parts)]:
        parts[touch] += 1
    return parts
