"""The fitted models against answers worked out by hand, as fractions."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from attribution.fits import learner
from attribution.paths import Paths, from_lists

CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "cases" / "small_path_cases.json").read_text("utf-8")
)
EXACT = 1e-12


def paths_of(case: dict[str, Any]) -> Paths:
    return from_lists((row["path"], row["conversions"], row["nulls"], 0.0) for row in case["paths"])


def fractions(expected: dict[str, str], channels: tuple[str, ...]) -> list[float]:
    return [float(Fraction(expected.get(channel, "0"))) for channel in channels]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_markov_gives_the_removal_effects_and_credits_of_the_textbook(
    case: dict[str, Any], order: int
) -> None:
    expected = case["expected"][f"markov_order{order}"]
    paths = paths_of(case)
    fit = learner(paths).fit(f"markov_order_{order}")
    assert fit.p_conversion == pytest.approx(float(Fraction(expected["p_conv"])), abs=EXACT)
    removal = fractions(expected["removal_effect"], fit.channels)
    assert fit.effect == pytest.approx(removal, abs=EXACT)
    assert fit.conversions == pytest.approx(fractions(expected["credit"], fit.channels), abs=EXACT)


@pytest.mark.parametrize(
    ("model", "name"),
    [("shapley_value_game", "shapley_conversions"), ("shapley_rate_game", "shapley_conv_rate")],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_both_shapley_games_give_the_values_of_the_textbook(
    case: dict[str, Any], model: str, name: str
) -> None:
    fit = learner(paths_of(case)).fit(model)
    assert fit.effect == pytest.approx(fractions(case["expected"][name], fit.channels), abs=EXACT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_value_game_is_linear_over_distinct_channels(case: dict[str, Any]) -> None:
    fit = learner(paths_of(case)).fit("shapley_value_game")
    expected = fractions(case["expected"]["linear_distinct"], fit.channels)
    assert fit.conversions == pytest.approx(expected, abs=EXACT)
