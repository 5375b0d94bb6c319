"""Removal effects in the absorbing Markov chain of the paths, exact, for orders 1 to 3.

A state is the last min(i, k) touches of a journey at its touch i; a journey walks from the start
over its states to conversion or null. With Q the chances of going from state to state, r those of
converting next, N = (I - Q)^-1 and h = N r, the chance of converting is h[start]. Let A be the
states whose last touch is channel c. A walk that converts over c enters A first somewhere: the
chances of where are f = N[start, A] N[A, A]^-1, and from there it converts with h[A]. So

    RE_c = 1 - p(conversion, avoiding c) / p(conversion) = f h[A] / h[start]

which for order 1, where A is one state, is N[s,c] p_c / (N[c,c] p_s) (Kemeny and Snell, Finite
Markov Chains, chapter 3). One inversion serves all channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
from threadpoolctl import ThreadpoolController

from attribution.errors import CannotCredit, TooLarge
from attribution.paths import Doubles, Integers, Paths

ORDERS = (1, 2, 3)
# A chain of order 2 or 3 is so well connected that a sparse factorisation fills in; the inverse is
# dense. 4,000 states are 128 MB three times: 15 channels at order 3, 62 at order 2, if every run
# occurs.
MAX_STATES = 4_000
# Keys that are counted in one array, and not by sorting.
_COUNTED = 1 << 22
_LARGEST = 1 << 62
_AGREES = 1e-9
# With two threads the last digits of an inverse differ from run to run, and beside another process
# a matrix of 600 rows takes ten times one's processor time. The limit holds for the whole process.
_LIBRARIES, _ALONE = ThreadpoolController(), Lock()


@dataclass(frozen=True)
class Transitions:
    """How often journeys went on from each state: the sums that a chain is made of.

    A state is its touches as digits to the base `channels + 1`, the latest last; the start is 0.
    `onward` is 0 for conversion, the channel's place + 1 for a touch, `channels + 1` for null.
    """

    order: int
    channels: int
    states: Integers
    onward: Integers
    counts: Doubles


@dataclass(frozen=True)
class Effects:
    """Removal effect per channel, chance to convert, and the number of states of the chain."""

    removal: Doubles
    p_conversion: float
    states: int


def transitions(paths: Paths, order: int) -> Transitions:
    """Return the transitions of a chain of this order, in one pass over the touches.

    Raises TooLarge where a state has no number of 62 bits.
    """
    channels = len(paths.channels)
    width, space = channels + 2, (channels + 1) ** order * (channels + 2)
    if space > _LARGEST:
        raise TooLarge(f"{channels:,} channels are too many for a Markov chain of order {order}")
    parts = []
    for part in paths.chunks():
        keys, weights = keyed(part, order)
        parts.append(_summed(keys, weights, space))
    keys = np.concatenate([each[0] for each in parts]) if parts else np.zeros(0, dtype=np.int64)
    counts = np.concatenate([each[1] for each in parts]) if parts else np.zeros(0)
    keys, counts = _summed(keys, counts, space)
    return Transitions(order, channels, keys // width, keys % width, counts)


def keyed(paths: Paths, order: int) -> tuple[Integers, Doubles]:
    """Return (state, onward) as one number and its journeys, for every step and both ends."""
    base, width = len(paths.channels) + 1, len(paths.channels) + 2
    digits = paths.steps.astype(np.int64) + 1
    place = np.arange(len(digits)) - np.repeat(paths.starts[:-1], paths.lengths)
    before = np.zeros(len(digits), dtype=np.int64)
    for back in range(1, order + 1):
        there = place >= back
        before[there] += digits[np.flatnonzero(there) - back] * base ** (back - 1)
    ends = np.zeros(len(paths.conversions), dtype=np.int64)
    last = paths.starts[1:][paths.touched] - 1
    ends[paths.touched] = (before[last] * base + digits[last]) % base**order
    keys = np.concatenate((before * width + digits, ends * width, ends * width + width - 1))
    journeys = np.repeat(paths.journeys, paths.lengths)
    weights = np.concatenate((journeys, paths.conversions, paths.nulls)).astype(np.float64)
    return keys, weights


def lowered(found: Transitions, order: int) -> Transitions:
    """Return the transitions of a lower order, out of those of a higher one."""
    width = found.channels + 2
    short = found.states % (found.channels + 1) ** order
    keys, counts = _summed(short * width + found.onward, found.counts, _LARGEST)
    return Transitions(order, found.channels, keys // width, keys % width, counts)


def effects(found: Transitions) -> Effects:
    """Return the removal effect of every channel.

    Raises TooLarge past MAX_STATES, and CannotCredit where nothing converts.
    """
    base = found.channels + 1
    states, here = np.unique(found.states, return_inverse=True)
    if len(states) > MAX_STATES:
        raise TooLarge(
            f"a Markov chain of order {found.order} over these paths has {len(states):,} states, "
            f"and its limit is {MAX_STATES:,}; take a lower order, or group channels"
        )
    converts, leaves = found.onward == 0, found.onward == base
    conversions = found.counts[converts].sum()
    if not conversions:
        raise CannotCredit("no path converts: there is nothing to credit")
    chances = found.counts / np.bincount(here, found.counts)[here]
    inside = ~(converts | leaves)
    there = np.searchsorted(
        states, (found.states[inside] * base + found.onward[inside]) % base**found.order
    )
    matrix = np.eye(len(states))
    matrix[here[inside], there] -= chances[inside]
    onto = np.bincount(here[converts], chances[converts], minlength=len(states))
    with _ALONE, _LIBRARIES.limit(limits=1, user_api="blas"):
        p_start, removal = _removed(matrix, onto, states % base, found.channels)
    # Every journey leaves the start once.
    journeys = found.counts[found.states == 0].sum()
    if abs(p_start - conversions / journeys) > _AGREES:
        raise ArithmeticError(
            f"order {found.order}: the chain converts {p_start}, the paths {conversions / journeys}"
        )
    return Effects(np.clip(removal, 0.0, 1.0), p_start, len(states))


def _removed(
    matrix: Doubles, onto: Doubles, last: Integers, channels: int
) -> tuple[float, Doubles]:
    """Return the chance to convert and every channel's effect, from I - Q and r.

    `last` is the last touch of each state, the channel's place + 1; the start is the first state.
    """
    visits = np.linalg.inv(matrix)
    p_from = visits @ onto
    removal = np.zeros(channels)
    for channel in range(channels):
        held = np.flatnonzero(last == channel + 1)
        if len(held):
            entered = np.linalg.solve(visits[np.ix_(held, held)], p_from[held])
            removal[channel] = visits[0, held] @ entered / p_from[0]
    return float(p_from[0]), removal


def _summed(keys: Integers, weights: Doubles, space: int) -> tuple[Integers, Doubles]:
    """Return the distinct keys that weigh anything, ascending, with their summed weights."""
    if space <= _COUNTED:
        sums = np.bincount(keys, weights, minlength=1)
        found = np.flatnonzero(sums)
        return found, sums[found]
    found, place = np.unique(keys, return_inverse=True)
    sums = np.bincount(place, weights, minlength=len(found))
    return found[sums > 0], sums[sums > 0]
