"""Journeys by their path of channels: how often each converted, for how much, how often not.

All paths lie in two flat arrays, as Arrow lays out lists, so ten million touches are 40 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from attribution.errors import CannotCredit

# The names say what is held; numpy's own types of the two do not pass through its arithmetic.
Integers = npt.NDArray[Any]
Doubles = npt.NDArray[Any]

# Touches worked on at a time, so that what is made of them on the way stays in the cache: a quarter
# less time than with two million.
CHUNK = 1 << 18


@dataclass(frozen=True)
class Paths:
    """Paths, or journeys one by one. Touches of i: `steps[starts[i]:starts[i + 1]]`, maybe none.

    A step is the place of its channel in `channels`. `conversions` and `nulls` count the journeys
    of the path that converted and that did not; `value` is the value of the former, together.
    """

    channels: tuple[str, ...]
    starts: Integers
    steps: Integers
    conversions: Integers
    nulls: Integers
    value: Doubles

    @property
    def lengths(self) -> Integers:
        """Touches of each path."""
        return np.diff(self.starts)

    @property
    def journeys(self) -> Integers:
        """Journeys that took each path, converting or not."""
        return self.conversions + self.nulls

    @property
    def touched(self) -> npt.NDArray[np.bool_]:
        """Whether a path has a touch: what converts without one is nobody's credit."""
        return self.lengths > 0

    def chunks(self) -> Iterator[Paths]:
        """Yield the same paths in parts of about CHUNK touches."""
        for first, end in spans(self.starts, CHUNK):
            yield self.slice(first, end)

    def slice(self, first: int, end: int) -> Paths:
        """Return the paths from `first` to before `end`."""
        low, high = self.starts[first], self.starts[end]
        return replace(
            self,
            starts=self.starts[first : end + 1] - low,
            steps=self.steps[low:high],
            conversions=self.conversions[first:end],
            nulls=self.nulls[first:end],
            value=self.value[first:end],
        )

    def owners(self) -> Integers:
        """Return for each step the number of its path."""
        return np.repeat(np.arange(len(self.conversions)), self.lengths)

    def kept(self, keep: npt.NDArray[np.bool_]) -> Paths:
        """Return the same paths with only the steps marked in `keep`."""
        before = np.concatenate(([0], np.cumsum(keep)))
        return replace(self, starts=before[self.starts], steps=self.steps[keep])


def spans(starts: Integers, touches: int) -> Iterator[tuple[int, int]]:
    """Yield lists in a row, first and end, of about so many touches: at least one list each.

    The touches of list i are at `starts[i]:starts[i + 1]`.
    """
    first, last = 0, len(starts) - 1
    while first < last:
        end = int(np.searchsorted(starts, starts[first] + touches, side="right")) - 1
        end = min(max(end, first + 1), last)
        yield first, end
        first = end


def from_lists(
    rows: Iterable[tuple[Sequence[str], int, int, float]],
    channels: Sequence[str] | None = None,
) -> Paths:
    """Return paths from (channels of the path, conversions, nulls, value).

    The channels are those of the paths in alphabetical order, unless given. Raises CannotCredit on
    counts below zero.
    """
    held = list(rows)
    known = tuple(channels or sorted({channel for path, *_ in held for channel in path}))
    place = {channel: number for number, channel in enumerate(known)}
    found = Paths(
        known,
        np.concatenate(([0], np.cumsum([len(path) for path, *_ in held], dtype=np.int64))),
        np.array([place[channel] for path, *_ in held for channel in path], dtype=np.int32),
        np.array([row[1] for row in held], dtype=np.int64),
        np.array([row[2] for row in held], dtype=np.int64),
        np.array([row[3] for row in held], dtype=np.float64),
    )
    if len(held) and min(found.conversions.min(), found.nulls.min()) < 0:
        raise CannotCredit("a path converted, or failed to, fewer than 0 times")
    return found


def unique(paths: Paths) -> Paths:
    """Return the paths as they are: every touch counts as one of its own."""
    return paths


def exposure(paths: Paths) -> Paths:
    """Return the paths with touches of one channel in a row collapsed to the first of them."""
    keep = np.ones(len(paths.steps), dtype=bool)
    keep[1:] = paths.steps[1:] != paths.steps[:-1]
    keep[paths.starts[:-1][paths.touched]] = True
    return paths.kept(keep)


def first(paths: Paths) -> Paths:
    """Return the paths with only the first touch of each channel."""
    keep = np.zeros(len(paths.steps), dtype=bool)
    done = 0
    for part in paths.chunks():
        pairs = part.owners() * len(paths.channels) + part.steps
        keep[done + np.unique(pairs, return_index=True)[1]] = True
        done += len(part.steps)
    return paths.kept(keep)


def trim(paths: Paths, longest: int) -> Paths:
    """Return the paths with only their last `longest` touches."""
    to_the_end = np.repeat(paths.starts[1:], paths.lengths) - np.arange(len(paths.steps))
    return paths.kept(to_the_end <= longest)


# What a repeated touch counts as, by the name that configuration uses.
REPEATS: Mapping[str, Callable[[Paths], Paths]] = MappingProxyType(
    {"unique": unique, "exposure": exposure, "first": first}
)


def transformed(paths: Paths, *, repeats: str = "unique", longest: int | None = None) -> Paths:
    """Return the paths trimmed to their last `longest` touches, then with repeats as named."""
    return REPEATS[repeats](trim(paths, longest) if longest else paths)


def distinct(paths: Paths) -> Paths:
    """Return each path once, with its sums, in an order that theirs does not decide."""
    first, second = _hashes(paths)
    order = np.argsort(first)
    if _differ(first[order], second[order]):
        order = np.lexsort((second, first))
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (np.diff(first[order]) != 0) | (np.diff(second[order]) != 0)
    news = np.flatnonzero(is_new)
    kept = order[news]
    lengths = paths.lengths[kept]
    starts = np.concatenate(([0], np.cumsum(lengths)))
    places = np.arange(starts[-1]) + np.repeat(paths.starts[kept] - starts[:-1], lengths)
    counts = (np.add.reduceat(each[order], news) for each in (paths.conversions, paths.nulls))
    value = totals(np.cumsum(is_new) - 1, paths.value[order], len(kept))
    return Paths(paths.channels, starts, paths.steps[places], *counts, value)


def _hashes(paths: Paths) -> Integers:
    """Return two sums of each path's touches, two numbers for each path.

    A touch counts as the number of its channel times that of its place, drawn at random from 2^64:
    other paths have both sums alike once in more than 10^30 pairs.
    """
    draws = np.random.default_rng(1)
    of_channel, of_place = (
        draws.integers(1 << 64, size=(2, many), dtype=np.uint64)
        for many in (len(paths.channels), int(paths.lengths.max(initial=0)))
    )
    found = np.empty((2, len(paths.conversions)), dtype=np.uint64)
    done = 0
    for part in paths.chunks():
        place = np.arange(len(part.steps)) - np.repeat(part.starts[:-1], part.lengths)
        for held, channel, at in zip(found, of_channel, of_place, strict=True):
            sums = np.cumsum(channel[part.steps] * at[place])
            sums = np.concatenate((np.zeros(1, dtype=np.uint64), sums))
            held[done : done + len(part.conversions)] = np.diff(sums[part.starts])
        done += len(part.conversions)
    return found


def _differ(first: Integers, second: Integers) -> bool:
    """Whether neighbours of one first number have two second ones."""
    return bool(((np.diff(first) == 0) & (np.diff(second) != 0)).any())


def totals(places: Integers, amounts: Doubles, many: int) -> Doubles:
    """Return the sums of amounts by place, of so `many` places; the order of rows decides nothing.

    Amounts are added as whole numbers, of which the largest of a place has 52 bits.
    """
    most = np.zeros(many)
    np.maximum.at(most, places, np.abs(amounts))
    scale = np.exp2(np.minimum(52.0 - np.frexp(most)[1], 1000))
    whole = np.rint(amounts * scale[places])
    # In two halves: sums of whole doubles are exact up to 2^53.
    high = np.floor(whole * 2.0**-26)
    low = whole - high * 2.0**26
    sums = [np.bincount(places, weights=half, minlength=many) for half in (high, low)]
    return (sums[0] * 2.0**26 + sums[1]) / scale
