"""Shapley values of channels in two games, never mixed up. Both look at sets, not at order.

Value game: v(S) is the worth of the journeys whose channels all lie in S. It is a sum of unanimity
games, one a journey, so each journey's worth is split evenly over its distinct channels (Shapley,
A Value for n-Person Games, 1953). Rate game: v(S) is the conversion rate of the journeys whose
channels all lie in S, and 0 where there are none; it is not additive and may well be negative.
"""

from __future__ import annotations

from math import comb

import numpy as np

from attribution.errors import TooLarge
from attribution.paths import Doubles, Paths

MAX_CHANNELS = 20


def value_game(distinct: Paths, worth: Doubles) -> Doubles:
    """Return the value of each channel; they sum to the worth of the paths that have a touch.

    `distinct` holds each channel once a path (`paths.first`).
    """
    each = np.divide(worth, distinct.lengths, out=np.zeros(len(worth)), where=distinct.touched)
    shares = np.repeat(each, distinct.lengths)
    return np.bincount(distinct.steps, shares, minlength=len(distinct.channels))


def rate_game(distinct: Paths) -> Doubles:
    """Return the signed value of each channel; they sum to v(all channels) - v(none).

    `distinct` holds each channel once a path. n channels cost n 2^n additions: raises TooLarge past
    MAX_CHANNELS.
    """
    channels = len(distinct.channels)
    if channels > MAX_CHANNELS:
        raise TooLarge(
            f"the rate game over {channels} channels has 2^{channels} coalitions, and its limit is "
            f"{MAX_CHANNELS} channels; group channels, or take shapley_value_game"
        )
    bits = np.left_shift(1, distinct.steps.astype(np.int64)).astype(np.float64)
    sets = np.bincount(distinct.owners(), bits, minlength=len(distinct.conversions))
    sets = sets.astype(np.int64)
    converted = _inside(np.bincount(sets, distinct.conversions, minlength=1 << channels))
    journeys = _inside(np.bincount(sets, distinct.journeys, minlength=1 << channels))
    rate = np.divide(converted, journeys, out=np.zeros(1 << channels), where=journeys > 0)
    size = np.bitwise_count(np.arange(1 << channels))
    # How often, over all orders of joining, a channel joins exactly these others.
    chance = np.array([1 / (channels * comb(channels - 1, k)) for k in range(channels)] + [0.0])
    found = np.zeros(channels)
    for channel in range(channels):
        halves = rate.reshape(-1, 2, 1 << channel)
        others = size.reshape(-1, 2, 1 << channel)[:, 0]
        found[channel] = (chance[others] * (halves[:, 1] - halves[:, 0])).sum()
    return found


def _inside(of_set: Doubles) -> Doubles:
    """Return for each set the sum over its subsets (the zeta transform)."""
    sums = of_set.astype(np.float64)
    for bit in range(len(sums).bit_length() - 1):
        halves = sums.reshape(-1, 2, 1 << bit)
        halves[:, 1] += halves[:, 0]
    return sums
