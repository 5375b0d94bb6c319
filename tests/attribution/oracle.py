"""Markov and Shapley by other means: fractions, walks over dictionaries, permutations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from math import factorial

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
