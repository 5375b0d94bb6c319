"""The fitted models on generated paths, against laws and an independent recomputation."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from attribution import markov, shapley
from attribution import paths as journeys
from attribution.errors import CannotCredit, TooLarge
from attribution.fits import (
    MARKOV,
    MODELS,
    learner,
    resampled,
    touch_credits,
    touch_weights,
    with_intervals,
)
from attribution.paths import from_lists, transformed

EXACT = 1e-12
STEADY = settings(max_examples=60, deadline=None, derandomize=True)
CHANNELS = ("a", "b", "c", "d")


@st.composite
def tables(draw: st.DrawFn, *, empty: bool = True) -> list[oracle.Row]:
    """Paths of up to four channels, short ones with repeats, at least one of them converting."""
    steps = st.lists(st.sampled_from(CHANNELS), min_size=0 if empty else 1, max_size=6)
    counts = st.integers(0, 3)
    rows = draw(st.lists(st.tuples(steps, counts, counts), min_size=1, max_size=7))
    assume(any(conversions for path, conversions, _ in rows if path))
    return rows


def fitted(rows: list[oracle.Row], model: str):
    return learner(from_lists((*row, 0.0) for row in rows), [model]).fit(model)


def by_channel(rows: list[oracle.Row], model: str) -> dict[str, float]:
    fit = fitted(rows, model)
    return dict(zip(fit.channels, fit.effect.tolist(), strict=True))


def floats(found: dict) -> dict[str, float]:
    return {name: float(value) for name, value in found.items()}


@STEADY
@given(tables(), st.sampled_from([1, 2, 3]))
def test_removal_effects_equal_elimination_in_fractions(rows, order) -> None:
    expected = floats(oracle.removal_effects(rows, order))
    assert by_channel(rows, f"markov_order_{order}") == pytest.approx(expected, abs=EXACT)


@STEADY
@given(tables(), st.sampled_from([1, 2, 3]))
def test_the_chain_converts_as_often_as_the_paths_at_every_order(rows, order) -> None:
    conversions = sum(row[1] for row in rows)
    share = conversions / sum(row[1] + row[2] for row in rows)
    assert fitted(rows, f"markov_order_{order}").p_conversion == pytest.approx(share, abs=EXACT)


@STEADY
@given(tables(), st.sampled_from([1, 2, 3]))
def test_an_order_is_the_same_counted_by_itself_or_out_of_a_higher_one(rows, order) -> None:
    paths = from_lists((*row, 0.0) for row in rows)
    alone = markov.transitions(paths, order)
    out_of = markov.lowered(markov.transitions(paths, 3), order)
    for name in ("states", "onward", "counts"):
        assert getattr(alone, name).tolist() == getattr(out_of, name).tolist()


@STEADY
@given(tables())
def test_removal_effects_of_order_1_ignore_repeats_in_a_row(rows) -> None:
    paths = from_lists(((*row, 0.0) for row in rows), CHANNELS)
    collapsed = transformed(paths, repeats="exposure")
    found = [learner(each).fit("markov_order_1").effect for each in (paths, collapsed)]
    assert found[0] == pytest.approx(found[1], abs=EXACT)


@STEADY
@given(tables(), st.sampled_from([1, 2, 3]))
def test_a_removal_effect_is_1_or_0_where_every_or_no_converting_walk_passes(rows, order) -> None:
    found = by_channel(rows, f"markov_order_{order}")
    for channel, effect in found.items():
        every, none = oracle.converts_only_over(rows, order, channel)
        assert (effect == pytest.approx(1, abs=EXACT)) == every
        assert (effect == pytest.approx(0, abs=EXACT)) == none


@STEADY
@given(tables(), st.sampled_from(MODELS))
def test_channels_in_symmetric_roles_get_equal_credit(rows, model) -> None:
    other = {"a": "b", "b": "a"}
    mirrored = [([other.get(c, c) for c in path], *counts) for path, *counts in rows]
    found = by_channel(rows + mirrored, model)
    assert found.get("a") == pytest.approx(found.get("b"), abs=EXACT)


@STEADY
@given(tables())
def test_the_closed_form_of_the_value_game_equals_all_permutations(rows) -> None:
    expected = floats(oracle.shapley(rows, oracle.value_within))
    assert by_channel(rows, "shapley_value_game") == pytest.approx(expected, abs=EXACT)


@STEADY
@given(tables())
def test_the_rate_game_equals_all_permutations(rows) -> None:
    expected = floats(oracle.shapley(rows, oracle.rate_within))
    assert by_channel(rows, "shapley_rate_game") == pytest.approx(expected, abs=EXACT)


@STEADY
@given(tables())
def test_the_games_sum_to_the_value_and_to_the_rate_that_channels_add(rows) -> None:
    touched = sum(row[1] for row in rows if row[0])
    value = by_channel(rows, "shapley_value_game")
    assert sum(value.values()) == pytest.approx(touched, abs=EXACT)
    everyone = set(oracle.channels_of(rows))
    added = oracle.rate_within(rows, everyone) - oracle.rate_within(rows, set())
    rate = by_channel(rows, "shapley_rate_game")
    assert sum(rate.values()) == pytest.approx(float(added), abs=EXACT)


@STEADY
@given(tables())
def test_a_channel_in_no_converting_path_gets_nothing_in_the_value_game(rows) -> None:
    found = by_channel([*rows, (["idle", "a"], 0, 2)], "shapley_value_game")
    assert found["idle"] == 0


@STEADY
@given(tables(), st.sampled_from(MODELS), st.randoms(use_true_random=False))
def test_shuffled_and_divided_rows_give_the_same_fit(rows, model, random) -> None:
    single = [(path, 1, 0) for path, n, _ in rows for _ in range(n)]
    single += [(path, 0, 1) for path, _, n in rows for _ in range(n)]
    random.shuffle(single)
    known = {c for path, n, m in rows for c in path if n + m}
    rows = [row for row in rows if set(row[0]) <= known]
    assert by_channel(single, model) == pytest.approx(
        {c: v for c, v in by_channel(rows, model).items() if c in known}, abs=EXACT
    )


@STEADY
@given(tables(), st.sampled_from(MODELS))
def test_touches_share_their_journey_whole_and_by_what_their_channels_are_worth(
    rows, model
) -> None:
    paths = from_lists((path, n, m, 7.0 * n) for path, n, m in rows)
    effect = learner(paths, [model]).fit(model).effect
    weights, owners = touch_weights(paths, effect), paths.owners()
    sums = np.bincount(owners, weights, minlength=len(rows))
    assert sums[paths.touched] == pytest.approx(1, abs=EXACT)
    assert ((weights >= 0) & (weights <= 1 + EXACT)).all()
    for row in np.flatnonzero(paths.touched):
        steps = paths.steps[paths.starts[row] : paths.starts[row + 1]]
        worth = [max(0.0, effect[step]) for step in steps]
        even = [1 / len(steps)] * len(steps)
        shares = [each / sum(worth) for each in worth] if sum(worth) else even
        assert weights[owners == row] == pytest.approx(shares, abs=EXACT)
    conversions, value = touch_credits(paths, effect)
    total = sum(row[1] for row in rows if row[0])
    assert conversions.sum() == pytest.approx(total, abs=1e-9)
    assert value.sum() == pytest.approx(7.0 * total, abs=1e-9)


def test_touches_whose_channels_have_no_effect_share_their_journey_evenly() -> None:
    paths = from_lists([(["a"], 1, 0, 0.0), (["b", "c", "b", "b"], 1, 0, 0.0)])
    weights = touch_weights(paths, np.array([0.5, 0.0, -0.5]))
    assert weights.tolist() == [1.0, 0.25, 0.25, 0.25, 0.25]


@STEADY
@given(tables())
def test_paths_read_in_small_parts_give_what_they_give_at_once(rows) -> None:
    paths = from_lists((path, n, m, float(n)) for path, n, m in rows)
    whole = {model: learner(paths).fit(model).effect for model in MODELS}
    credits = touch_credits(paths, whole["markov_order_1"])
    with patch.object(journeys, "CHUNK", 3):
        for model in MODELS:
            assert learner(paths).fit(model).effect == pytest.approx(whole[model], abs=EXACT)
        parts = touch_credits(paths, whole["markov_order_1"])
    assert parts[0] == pytest.approx(credits[0], abs=EXACT)


def test_path_transforms_keep_what_their_names_say() -> None:
    paths = from_lists([(["a", "a", "b", "a"], 1, 0, 0.0), ([], 1, 0, 0.0), (["a"], 0, 1, 0.0)])

    def told(**how: object) -> list[list[str]]:
        found = transformed(paths, **how)
        ends = zip(found.starts[:-1], found.starts[1:], strict=True)
        return [[found.channels[step] for step in found.steps[low:high]] for low, high in ends]

    assert told() == [["a", "a", "b", "a"], [], ["a"]]
    assert told(repeats="exposure") == [["a", "b", "a"], [], ["a"]]
    assert told(repeats="first") == [["a", "b"], [], ["a"]]
    assert told(longest=2) == [["b", "a"], [], ["a"]]
    assert told(longest=3, repeats="exposure") == [["a", "b", "a"], [], ["a"]]


def test_two_paths_that_meet_are_not_collapsed_into_each_other() -> None:
    paths = from_lists([(["a"], 1, 0, 0.0), ([], 1, 0, 0.0), (["a"], 1, 0, 0.0)])
    assert transformed(paths, repeats="exposure").lengths.tolist() == [1, 0, 1]


def test_the_rate_game_refuses_more_than_20_channels_and_says_what_to_do() -> None:
    names = [f"c{number:02}" for number in range(shapley.MAX_CHANNELS + 1)]
    with pytest.raises(TooLarge, match="limit is 20 channels; group channels"):
        fitted([(names, 1, 1)], "shapley_rate_game")
    fit = fitted([(names[:-1], 1, 1), (names[:1], 1, 3)], "shapley_rate_game")
    assert fit.effect.sum() == pytest.approx(2 / 6, abs=EXACT)


def test_a_chain_of_too_many_states_is_refused_with_its_size() -> None:
    rows = [(["a", "b", "a"], 1, 0), (["b", "b"], 0, 1)]
    with (
        patch.object(markov, "MAX_STATES", 4),
        pytest.raises(TooLarge, match=r"order 3 .* has 6 states, and its limit is 4"),
    ):
        fitted(rows, "markov_order_3")


def test_the_last_digits_of_an_effect_hang_on_no_number_of_threads() -> None:
    rng = np.random.default_rng(1)
    rows = [([str(each) for each in rng.integers(0, 12, 12)], 1, 1, 0.0) for _ in range(200)]
    chain = markov.transitions(from_lists(rows), 2)
    told = set()
    for threads in (1, 2):
        with threadpool_limits(threads, "blas"):
            told.add(markov.effects(chain).removal.tobytes())
    assert len(told) == 1


def test_paths_that_never_convert_cannot_be_fitted() -> None:
    for model in MODELS:
        with pytest.raises(CannotCredit, match="nothing to credit"):
            fitted([(["a"], 0, 3)], model)


def test_a_signed_rate_is_published_and_only_what_is_positive_credits_touches() -> None:
    rows = [(["a"], 3, 1), (["b"], 0, 4), (["a", "b"], 1, 1)]
    fit = fitted(rows, "shapley_rate_game")
    assert fit.channels == ("a", "b")
    assert fit.effect[1] < 0
    assert fit.clipped == fit.effect[1]
    assert fit.model_share.sum() == pytest.approx(1)
    conversions, _ = touch_credits(from_lists((*row, 0.0) for row in rows), fit.effect)
    assert conversions.tolist() == [4.0, 0.0]


def test_the_value_game_is_played_for_value_where_there_is_some() -> None:
    paths = from_lists([(["a", "b"], 1, 0, 10.0), (["b"], 3, 0, 2.0)])
    fit = learner(paths).fit("shapley_value_game")
    assert fit.effect.tolist() == [5.0, 7.0]
    assert fit.value.tolist() == [5.0, 7.0]
    assert fit.conversions.tolist() == [0.5, 3.5]


@pytest.mark.parametrize("model", MODELS)
def test_intervals_are_the_same_for_one_seed_and_narrow_with_more_journeys(model: str) -> None:
    few = from_lists([(["a", "b"], 20, 30, 20.0), (["b"], 10, 60, 10.0), (["a"], 5, 20, 5.0)])
    many = replace(
        few, conversions=few.conversions * 100, nulls=few.nulls * 100, value=few.value * 100
    )

    def interval(paths, seed: int):
        learnt = learner(paths, [model])
        return with_intervals(learnt, [learnt.fit(model)], 60, seed)[0]

    fit = interval(few, 1)
    assert fit.low.tolist() == interval(few, 1).low.tolist()
    assert fit.low.tolist() != interval(few, 2).low.tolist()
    assert ((fit.low <= fit.model_share) & (fit.model_share <= fit.high)).all()
    wide, narrow = fit.high - fit.low, interval(many, 1)
    assert (narrow.high - narrow.low < wide / 4).all()


@pytest.mark.parametrize("model", MARKOV)
def test_resampled_chains_are_those_of_the_resampled_paths(model: str) -> None:
    paths = from_lists([(["a", "b", "a", "c"], 3, 2, 3.0), (["b"], 2, 5, 2.0), ([], 0, 3, 0.0)])
    for again in resampled(learner(paths, [model]), 5, 3):
        assert again.paths.journeys.sum() == paths.journeys.sum()
        afresh = learner(again.paths, [model]).fit(model)
        assert again.fit(model).effect == pytest.approx(afresh.effect, abs=EXACT)


@STEADY
@given(tables(), st.sampled_from([1, 2, 2**63]))
def test_distinct_paths_are_those_that_a_dictionary_counts(rows, numbers) -> None:
    """Also where the first of the two sums that tell paths apart is one of only so many numbers."""
    paths = from_lists((path, n, m, n / 8) for path, n, m in [*rows, *rows[::2]])
    expected: dict[tuple[str, ...], list[float]] = {}
    for path, n, m in [*rows, *rows[::2]]:
        held = expected.setdefault(tuple(path), [0, 0, 0.0])
        for place, amount in enumerate((n, m, n / 8)):
            held[place] += amount
    hashes = journeys._hashes(paths)
    hashes[0] %= np.uint64(numbers)
    with patch.object(journeys, "_hashes", lambda _: hashes):
        found = journeys.distinct(paths)
    ends = zip(found.starts[:-1], found.starts[1:], strict=True)
    named = [tuple(found.channels[step] for step in found.steps[low:high]) for low, high in ends]
    sums = zip(found.conversions.tolist(), found.nulls.tolist(), found.value.tolist(), strict=True)
    assert len(set(named)) == len(named)
    assert dict(zip(named, map(list, sums), strict=True)) == expected
