"""The journeys of a window, cut out of arrays, against a plain loop over everybody."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.stages import Stage, fingerprint

CHANNELS = ("a", "b", "c", "never")
EPOCH = datetime(1970, 1, 1)
SECOND, NEVER = 1_000_000, np.iinfo(np.int64).max
# Few instants, so that ends of windows and lookbacks are met.
INSTANTS = st.integers(1, 12)
SALES = st.lists(
    st.tuples(INSTANTS, st.integers(0, 300), st.lists(st.integers(0, 2), min_size=1, max_size=4)),
    max_size=5,
)
SEEKERS = st.lists(
    st.tuples(
        st.none() | INSTANTS,
        st.lists(st.tuples(INSTANTS, st.integers(0, 2)), min_size=1, max_size=5).map(sorted),
    ),
    max_size=6,
)


def stage(sales: list, seekers: list, lookback: int) -> Stage:
    lists = [path for *_, path in sales] + [[c for _, c in steps] for _, steps in seekers]
    times = [[0] * len(path) for *_, path in sales] + [[t for t, _ in s] for _, s in seekers]
    ends = [at * SECOND for at, *_ in sales]
    ends += [NEVER if reached is None else reached * SECOND for reached, _ in seekers]
    return Stage(
        CHANNELS,
        lookback * SECOND,
        len(sales),
        np.concatenate(([0], np.cumsum([len(each) for each in lists], dtype=np.int64))),
        np.array([step for each in lists for step in each], dtype=np.int32),
        np.array([at * SECOND for each in times for at in each], dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array([cents for _, cents, _ in sales] + [0] * len(seekers), dtype=np.int64),
    )


def told(found) -> dict[str, tuple[int, int, int]]:
    rows = zip(found.starts[:-1], found.starts[1:], strict=True)
    names = ["".join(found.channels[step] for step in found.steps[low:high]) for low, high in rows]
    assert names == sorted(names, key=lambda name: [found.channels.index(c) for c in name])
    cents = np.round(found.value * 100).astype(int)
    return dict(zip(names, zip(found.conversions, found.nulls, cents, strict=True), strict=True))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SALES, SEEKERS, INSTANTS, st.integers(0, 12), st.integers(0, 12))
def test_a_window_holds_what_a_loop_over_everybody_finds(
    sales, seekers, since, length, lookback
) -> None:
    until = since + length
    won: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    nulls: Counter[str] = Counter()
    for at, worth, path in sales:
        if since <= at < until:
            name = "".join(CHANNELS[step] for step in path)
            won[name] += 1
            cents[name] += worth
    for reached, steps in seekers:
        seen = [(at, step) for at, step in steps if at < until]
        is_open = reached is None or reached >= until
        if is_open and seen and seen[-1][0] >= since:
            kept = [step for at, step in seen if at >= seen[-1][0] - lookback]
            nulls["".join(CHANNELS[step] for step in kept)] += 1

    found = stage(sales, seekers, lookback).paths(_at(since), _at(until))
    expected = {name: (won[name], nulls[name], cents[name]) for name in won | nulls}
    assert told(found) == expected
    assert set(found.channels) == {letter for name in expected for letter in name}

    again = stage(sales[::-1], seekers[::-1], lookback).paths(_at(since), _at(until))
    assert fingerprint(again) == fingerprint(found)


def _at(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
