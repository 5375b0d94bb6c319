"""attribution.credit against fractions, and what must hold for any journeys."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution import credit
from attribution.paths import totals

NO_SHARES = dict.fromkeys((*credit.MILESTONES, "rest_share"), 0.0)
RULES: list[dict[str, Any]] = [
    {**NO_SHARES, "model": "linear", "rule": "even"},
    {**NO_SHARES, "model": "last_non_direct", "rule": "last_non_direct"},
    {**NO_SHARES, "model": "decay", "rule": "decay"},
    {**NO_SHARES, "model": "first", "rule": "milestones", "first_share": 1.0},
    {**NO_SHARES, "model": "lead", "rule": "milestones", "lead_share": 1.0},
    {
        **dict.fromkeys(credit.MILESTONES[:3], 0.3),
        "close_share": 0.0,
        "last_share": 0.0,
        "rest_share": 0.1,
        "model": "w_shaped",
        "rule": "milestones",
    },
    {
        **dict.fromkeys((*credit.MILESTONES, "rest_share"), 0.2),
        "model": "all",
        "rule": "milestones",
    },
    {**NO_SHARES, "model": "fit", "rule": "fitted"},
]
# Money in cents: nought, what shares out evenly, what does not, and what needs all of a double.
UNITS = st.sampled_from((0, 1, 2, 7, 100, 1_000_000, 10**15)) | st.integers(0, 10**12)
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def journey(draw: st.DrawFn) -> oracle.Journey:
    ages = draw(st.lists(st.integers(0, 6), min_size=1, max_size=9).map(lambda a: sorted(a)[::-1]))
    many = len(ages)
    shares = st.sampled_from((0, 1, 2, 5)) if draw(st.booleans()) else st.just(0)
    marks = st.none() | st.integers(0, many - 1)
    # At one instant the place in the journey need not follow the ids.
    places = draw(st.permutations(range(many))) if len(set(ages)) == 1 else list(range(many))
    return oracle.Journey(
        tuple(ages),
        tuple(place + 1 for place in places),
        tuple(draw(st.lists(st.booleans(), min_size=many, max_size=many))),
        draw(marks),
        draw(marks),
        draw(marks),
        tuple(draw(st.lists(shares, min_size=many, max_size=many))),
        draw(UNITS),
    )


JOURNEYS = st.lists(journey(), min_size=1, max_size=6)


def credited(held: Sequence[oracle.Journey]) -> credit.Credits:
    journeys, shares = flat(held)
    units = np.array([each.units for each in held])
    return credit.credits(journeys, RULES, shares, units, np.zeros_like(units))


def flat(held: Sequence[oracle.Journey]) -> tuple[credit.Journeys, Any]:
    def marked(name: str) -> Any:
        return np.array(
            [place == getattr(each, name) for each in held for place in range(len(each.ages))]
        )

    journeys = credit.Journeys(
        np.concatenate(([0], np.cumsum([len(each.ages) for each in held]))),
        np.array([place for each in held for place in each.places]),
        np.array([float(age) for each in held for age in each.ages]),
        np.ones(len(held)),
        np.array([is_direct for each in held for is_direct in each.direct]),
        marked("lead"),
        marked("opportunity"),
        marked("close"),
    )
    shares = np.array([[float(share)] for each in held for share in each.shares])
    return journeys, shares


@EXAMPLES
@given(JOURNEYS)
def test_weights_are_those_of_fractions(held: list[oracle.Journey]) -> None:
    found = credited(held).weight
    for model, rule in enumerate(RULES):
        expected = [share for each in held for share in oracle.weights(each, rule)]
        assert found[model] == pytest.approx(
            [float(share) for share in expected], abs=1e-12, rel=0
        ), rule["model"]


@EXAMPLES
@given(JOURNEYS)
def test_micros_are_split_as_fractions_are(held: list[oracle.Journey]) -> None:
    found = credited(held).micros
    for model, rule in enumerate(RULES):
        expected = [
            part for each in held for part in oracle.split(oracle.weights(each, rule), 1_000_000)
        ]
        assert found[model].tolist() == expected, rule["model"]


@EXAMPLES
@given(JOURNEYS)
def test_every_part_is_within_a_unit_and_all_sum_to_the_units(held: list[oracle.Journey]) -> None:
    found = credited(held)
    starts = np.concatenate(([0], np.cumsum([len(each.ages) for each in held])))[:-1]
    units = [each.units for each in held]
    for parts, whole in ((found.micros, [1_000_000] * len(held)), (found.native, units)):
        for model in range(len(RULES)):
            assert np.add.reduceat(parts[model], starts).tolist() == whole
    owners = np.repeat(units, [len(each.ages) for each in held])
    assert (np.abs(found.native - found.weight * owners) <= 1 + owners * 1e-15).all()
    assert not found.reporting.any()


@EXAMPLES
@given(JOURNEYS, st.randoms(use_true_random=False))
def test_the_order_of_journeys_changes_no_bit(held, random) -> None:
    order = list(range(len(held)))
    random.shuffle(order)
    alone, mixed = credited(held), credited([held[number] for number in order])
    starts = np.cumsum([0] + [len(each.ages) for each in held])
    places = [np.arange(starts[number], starts[number + 1]) for number in order]
    for name in ("weight", "micros", "native"):
        expected = getattr(alone, name)[:, np.concatenate(places)]
        assert np.array_equal(getattr(mixed, name), expected), name


@EXAMPLES
@given(JOURNEYS, st.integers(1, 20))
def test_parts_that_are_worked_on_apart_change_no_bit(held, chunk) -> None:
    whole = credited(held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credit, "CHUNK", chunk)
        parts = credited(held)
    for name in ("weight", "micros", "native"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name)), name


def test_shares_alike_in_their_millionths_are_a_tie_whatever_binary_fractions_say() -> None:
    """3/7 and 1/35 of a million both leave 3/7: the unit that is left is the earlier touch's."""
    weight = np.array([15 / 35, 15 / 35, *[1 / 35] * 5])
    journeys, _ = flat([oracle.Journey.plain(7)])
    parts = credit.whole_parts(journeys, weight, np.array([1_000_000]))
    assert parts.tolist() == [428_572, 428_572, 28_572, 28_571, 28_571, 28_571, 28_571]


@pytest.mark.parametrize("touches", [1, 31, 32, 63, 64, 1_000, 70_000])
def test_what_is_left_goes_to_the_earliest_of_a_long_journey(touches: int) -> None:
    """Short and long journeys are ordered by keys of different widths."""
    held = [oracle.Journey.plain(touches), oracle.Journey.plain(3)] * 70
    journeys, _ = flat(held[: 140 if touches < 1_000 else 2])
    units = np.full(len(journeys.lengths), 1_000_003)
    parts = credit.whole_parts(journeys, credit.weights(journeys, RULES[0]), units)
    each, left = divmod(1_000_003, touches)
    assert parts[:touches].tolist() == [each + 1] * left + [each] * (touches - left)
    assert (np.add.reduceat(parts, journeys.firsts) == units).all()


@pytest.mark.parametrize("units", [2**53 - 1, 10**15 + 1, 10**17 + 3])
def test_amounts_past_the_digits_of_a_double_are_conserved(units: int) -> None:
    held = [oracle.Journey.plain(3), oracle.Journey.plain(7)]
    journeys, _ = flat(held)
    for rule in RULES[:-1]:
        weight = credit.weights(journeys, rule)
        parts = credit.whole_parts(journeys, weight, np.array([units, units]))
        assert np.add.reduceat(parts, journeys.firsts).tolist() == [units, units]
        assert parts.min() >= 0


def test_effects_too_small_to_be_summed_share_as_large_ones_do() -> None:
    journeys, _ = flat([oracle.Journey.plain(3)])
    found = credit.fitted(journeys, np.array([3e-300, 1e-300, 0.0]))
    assert found.tolist() == [0.75, 0.25, 0.0]


@EXAMPLES
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.just(1e-300) | st.floats(-1e15, 1e15).map(lambda amount: round(amount, 9)),
        ),
        min_size=1,
    ),
    st.randoms(use_true_random=False),
)
def test_totals_are_the_same_in_any_order_and_near_the_exact_sum(rows, random) -> None:
    def summed(pairs: Sequence[tuple[int, float]]) -> list[float]:
        places, amounts = zip(*pairs, strict=True)
        return totals(np.array(places), np.array(amounts), 4).tolist()

    shuffled = list(rows)
    random.shuffle(shuffled)
    assert summed(shuffled) == summed(rows)
    for place, total in enumerate(summed(rows)):
        held = [Fraction(amount) for where, amount in rows if where == place]
        size = max((abs(amount) for amount in held), default=Fraction(0))
        assert abs(Fraction(total) - sum(held)) <= size * len(held) / 2**50 + Fraction(1, 2**900)
