"""What touches weigh in their journeys, and what that comes to in whole units: micros, cents.

One engine for the marts, for the totals at other lookbacks and for `engineroom attribution run`.
Journeys lie in flat arrays, as in attribution.paths; no step is a loop over journeys or touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from attribution.paths import Doubles, Integers, spans

# What configuration calls the rule of a model that is learnt.
FITTED = "fitted"
# What a weight is in for storage: a conversion is a million of them.
MICROS = 1_000_000
# Touches worked on at a time: their arrays stay in the processor's cache, which takes two thirds of
# the time of two million.
CHUNK = 1 << 17
MILESTONES = ("first_share", "lead_share", "opportunity_share", "close_share", "last_share")

# Exact parts are known to a millionth of a unit: what binary fractions add beyond must not break a
# tie. Up to so many units a double holds every millionth.
_SCALE = 1_000_000
_REMAINDER_BITS, _AGE_BITS_OF_32 = 20, 6
# Journeys whose keys are sorted together, where those need 64 bits.
_JOURNEYS = 128
_MOST_EXACT_UNITS = 1 << 32
# Shares are added as whole numbers of so small parts: sums of doubles depend on their order.
_GRAIN, _LOW_BITS = 10**18, 18
_LOW, _HIGHS = (1 << _LOW_BITS) - 1, _GRAIN >> _LOW_BITS


@dataclass(frozen=True)
class Journeys:
    """Journeys of at least a touch. The touches of journey i are at `starts[i]:starts[i + 1]`.

    They are in order of their instants, then their ids: the order in which units that are left go
    round. `position` is a touch's place in its journey, from 1, which may differ at one instant.
    `age_days` runs from the touch to the conversion, `half_life_days` is of each journey. Whether a
    touch is that of the lead, of the opportunity or of the close is a flag of each.
    """

    starts: Integers
    position: Integers
    age_days: Doubles
    half_life_days: Doubles
    is_direct: npt.NDArray[np.bool_]
    is_lead: npt.NDArray[np.bool_]
    is_opportunity: npt.NDArray[np.bool_]
    is_close: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, starts: Integers) -> Journeys:
        """Return journeys of which no more is known: of one instant, none direct, no milestone."""
        lengths, touches = np.diff(starts), int(starts[-1])
        position = np.arange(touches) - np.repeat(starts[:-1], lengths) + 1
        no = np.zeros(touches, dtype=bool)
        return cls(starts, position, np.zeros(touches), np.ones(len(lengths)), no, no, no, no)

    def parts(self) -> Iterator[tuple[int, int, Journeys]]:
        """Yield the same journeys in parts of about CHUNK touches: first journey, end, part."""
        for first, end in spans(self.starts, CHUNK):
            touches = slice(self.starts[first], self.starts[end])
            yield (
                first,
                end,
                Journeys(
                    self.starts[first : end + 1] - self.starts[first],
                    self.position[touches],
                    self.age_days[touches],
                    self.half_life_days[first:end],
                    self.is_direct[touches],
                    self.is_lead[touches],
                    self.is_opportunity[touches],
                    self.is_close[touches],
                ),
            )

    @cached_property
    def lengths(self) -> Integers:
        """Touches of each journey."""
        return np.diff(self.starts)

    @cached_property
    def firsts(self) -> Integers:
        """The first place of each journey in the flat arrays."""
        return self.starts[:-1]

    def of_each_touch(self, values: Any) -> Any:
        """Return what is known of journeys for each of their touches."""
        return np.repeat(values, self.lengths)

    @cached_property
    def milestones(self) -> Mapping[str, Integers]:
        """The touches that hold each of MILESTONES."""
        flags = {
            "first_share": self.position == 1,
            "lead_share": self.is_lead,
            "opportunity_share": self.is_opportunity,
            "close_share": self.is_close,
            "last_share": self.position == self.of_each_touch(self.lengths),
        }
        return {name: np.flatnonzero(flag) for name, flag in flags.items()}

    @cached_property
    def keys(self) -> _Keys:
        """What touches are ordered by, for each of them without its remainder."""
        age_bits = int(self.lengths.max()).bit_length()
        kind, journeys = np.int64, _JOURNEYS
        if age_bits <= _AGE_BITS_OF_32:
            kind, journeys = np.uint32, 1 << (32 - _REMAINDER_BITS - age_bits)
        number = np.arange(len(self.lengths)) % journeys << (_REMAINDER_BITS + age_bits)
        keys = np.arange(self.starts[-1]) + self.of_each_touch(number - self.firsts)
        return _Keys(keys.astype(kind), age_bits, [*self.firsts[::journeys], self.starts[-1]])


@dataclass(frozen=True)
class _Keys:
    """A key holds journey, remainder and age order, from the highest bits to the lowest.

    The number of the journey is that in its block, so that 32 bits are enough where no journey is
    long: 128 journeys in such keys sort four times as fast as all of a chunk in 64 bits.
    """

    keys: Integers
    age_bits: int
    blocks: Sequence[int]

    def ordered(self, remainders: Integers) -> Integers:
        """Return the age orders of each journey's touches, the largest remainder first."""
        ranks = (_SCALE - remainders) << self.age_bits
        keys = self.keys + ranks.astype(self.keys.dtype)
        for first, end in pairwise(self.blocks):
            keys[first:end].sort()
        return (keys & ((1 << self.age_bits) - 1)).astype(np.int64)


@dataclass(frozen=True)
class Credits:
    """Credits of each model (first axis) and touch (second): `micros` sum to a million in a
    journey, `native` and `reporting` to its units.
    """

    weight: Doubles
    micros: Integers
    native: Integers
    reporting: Integers


def credits(
    journeys: Journeys,
    rules: Sequence[Mapping[str, Any]],
    touch_shares: Doubles,
    native_units: Integers,
    reporting_units: Integers,
) -> Credits:
    """Return the credits by each of `rules`, rows of the configuration.

    `touch_shares` says what each touch's channel weighs in the fits: a column for each fitted model
    of `rules`, in their order. Units are of each journey, from 0 up.
    """
    shape = (len(rules), int(journeys.starts[-1]))
    found = Credits(np.empty(shape), *(np.empty(shape, dtype=np.int64) for _ in range(3)))
    for first, end, part in journeys.parts():
        touches = slice(journeys.starts[first], journeys.starts[end])
        shares = iter(touch_shares[touches].T)
        amounts = (
            (found.micros, np.full(end - first, MICROS)),
            (found.native, native_units[first:end]),
            (found.reporting, reporting_units[first:end]),
        )
        for model, rule in enumerate(rules):
            is_fitted = rule["rule"] == FITTED
            weight = fitted(part, next(shares)) if is_fitted else weights(part, rule)
            found.weight[model, touches] = weight
            for held, units in amounts:
                held[model, touches] = whole_parts(part, weight, units)
    return found


def weights(journeys: Journeys, rule: Mapping[str, Any]) -> Doubles:
    """Return each touch's share of its conversion by a rule model, a row of the configuration."""
    if rule["rule"] == "even":
        return _even(journeys)
    if rule["rule"] == "last_non_direct":
        return _last_non_direct(journeys)
    if rule["rule"] == "decay":
        return _scaled(journeys, _decay(journeys), most=journeys.lengths.max())
    return _scaled(journeys, _milestone_shares(journeys, rule), most=len(MILESTONES) + 1)


def fitted(journeys: Journeys, touch_share: Doubles) -> Doubles:
    """Return each touch's share by what its channel weighs in a fit; alike where all are 0."""
    most = np.maximum.reduceat(touch_share, journeys.firsts)
    # The largest is 1, so that sums lose nothing where every effect is small.
    shares = touch_share / journeys.of_each_touch(np.where(most > 0, most, 1))
    return _scaled(journeys, shares, most=journeys.lengths.max())


def _even(journeys: Journeys) -> Doubles:
    return journeys.of_each_touch(1 / journeys.lengths)


def _last_non_direct(journeys: Journeys) -> Doubles:
    """All on the last touch that is not direct; on the last where all are direct."""
    places = np.where(journeys.is_direct, 0, journeys.position)
    last = np.maximum.reduceat(places, journeys.firsts)
    last = np.where(last > 0, last, journeys.lengths)
    return (journeys.position == journeys.of_each_touch(last)).astype(np.float64)


def _decay(journeys: Journeys) -> Doubles:
    """Anchored at the last touch: the weights are the same as from the conversion, and a short
    half-life cannot round every one of them down to zero.
    """
    youngest = np.minimum.reduceat(journeys.age_days, journeys.firsts)
    before_last = journeys.age_days - journeys.of_each_touch(youngest)
    return np.power(2.0, -before_last / journeys.of_each_touch(journeys.half_life_days))


def _milestone_shares(journeys: Journeys, rule: Mapping[str, Any]) -> Doubles:
    """The shares of milestones that a touch holds, added; the touches without split the rest."""
    share = np.zeros(journeys.starts[-1])
    for name in MILESTONES:
        if rule[name]:
            share[journeys.milestones[name]] += rule[name]
    if rule["rest_share"]:
        is_rest = share == 0
        rest = np.add.reduceat(is_rest, journeys.firsts, dtype=np.int64)
        each = journeys.of_each_touch(rule["rest_share"] / np.maximum(rest, 1))
        share = np.where(is_rest, each, share)
    return share


def _scaled(journeys: Journeys, shares: Doubles, *, most: float) -> Doubles:
    """Return shares, none above 1, that sum to 1 in each journey: what a missing milestone would
    have held goes pro rata to what is there, and touches of no share at all share alike.

    `most` is what a journey's shares may come to before.
    """
    total = _totals(journeys, np.rint(shares * _GRAIN).astype(np.int64), most)
    scaled = shares / journeys.of_each_touch(np.where(total > 0, total, 1))
    if total.all():
        return scaled
    return np.where(journeys.of_each_touch(total > 0), scaled, _even(journeys))


def _totals(journeys: Journeys, grains: Integers, most: float) -> Doubles:
    """Return the sum of each journey's grains as a number of ones."""
    if float(most) * _GRAIN < np.iinfo(np.int64).max:
        total = np.add.reduceat(grains, journeys.firsts)
        return total // _GRAIN + total % _GRAIN / _GRAIN
    # In two halves, as one of so many touches would overflow. 10^18 is 5^18 times 2^18.
    low = np.add.reduceat(grains & _LOW, journeys.firsts)
    high = np.add.reduceat(grains >> _LOW_BITS, journeys.firsts) + (low >> _LOW_BITS)
    part = (high % _HIGHS << _LOW_BITS) + (low & _LOW)
    return high // _HIGHS + part / _GRAIN


def whole_parts(journeys: Journeys, weight: Doubles, units: Integers) -> Integers:
    """Return the units that each touch's weight comes to; they sum to the `units` of the journey.

    Largest remainder, in millionths of a unit; ties to the earlier touch, then the smaller id.
    """
    if not units.any():
        return np.zeros(len(weight), dtype=np.int64)
    parts, remainders = _exact_parts(weight * journeys.of_each_touch(units * float(_SCALE)), units)
    left = units - np.add.reduceat(parts, journeys.firsts)
    if not left.any():
        return parts
    if left.min() < 0 or (left > journeys.lengths).any():
        left = _put_on_the_largest(journeys, parts, left)
    ages = journeys.keys.ordered(remainders)
    # A journey's keys lie where its touches do: the first `left` of them have a unit more.
    firsts = np.repeat(journeys.firsts, left)
    rounds = np.arange(len(firsts)) - np.repeat(np.cumsum(left) - left, left)
    parts[firsts + ages[firsts + rounds]] += 1
    return parts


def _exact_parts(millionths: Doubles, units: Integers) -> tuple[Integers, Integers]:
    """Return whole units and the millionths that are left of each touch."""
    if units.max() < _MOST_EXACT_UNITS:
        whole = (millionths + 0.5).astype(np.int64)
        parts = whole // _SCALE
        return parts, whole - parts * _SCALE
    # Of larger amounts a double holds fewer decimals; what it holds counts.
    below = np.floor(millionths)
    exact = np.where(millionths - below < 0.5, below, below + 1) / _SCALE
    parts = np.floor(exact)
    return parts.astype(np.int64), np.rint((exact - parts) * _SCALE).astype(np.int64)


def _put_on_the_largest(journeys: Journeys, parts: Integers, left: Integers) -> Integers:
    """Give what rounding of amounts past a double's digits left over to the largest part, in place,
    and return what is still left.
    """
    is_off = (left < 0) | (left > journeys.lengths)
    most = journeys.of_each_touch(np.where(is_off, np.maximum.reduceat(parts, journeys.firsts), -1))
    places = np.flatnonzero(parts == most)
    owners = np.searchsorted(journeys.starts, places, side="right") - 1
    owners, first = np.unique(owners, return_index=True)
    parts[places[first]] += left[owners]
    return np.where(is_off, 0, left)
