"""Lookbacks and paths worked out again: plain Python on raw associations and published touches."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from statistics import median

import pytest
from credited import credited
from journeys import journeys
from plain import Home, rules

pytestmark = pytest.mark.slow

LISTED = rules("attribution")["attribution_paths"]["top_paths"]


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


@pytest.mark.parametrize("lookback_days", [30, 365])
def test_credits_and_ranks_at_a_lookback_are_those_of_plain_arithmetic(
    home: Home, lookback_days: int
) -> None:
    expected, _ = credited(home, lookback_days)
    cells = defaultdict(dict)
    for (model, stage, channel), conversions in expected.items():
        cells[model, stage][channel] = round(conversions, 9)
    shown = home.marts(
        "select attribution_model, stage, channel, conversions, channel_rank, ranked_by "
        "from rpt_attribution_sensitivity where lookback_days = ?",
        lookback_days,
    )

    assert set(expected) <= {row[:3] for row in shown}
    for model, stage, channel, conversions, rank, ranked_by in shown:
        held = cells[model, stage]
        mine = held.get(channel, 0.0)
        assert conversions == pytest.approx(mine, abs=1e-6), (model, stage, channel)
        if ranked_by == "conversions" and channel != "(none)":
            higher = [name for name, each in held.items() if each > mine and name != "(none)"]
            assert rank == 1 + len(higher), (model, stage, channel)


def test_paths_lengths_and_days_are_those_of_the_journeys(home: Home) -> None:
    paths, lengths = Counter(), Counter()
    days = defaultdict(list)
    for stage, _, journey in journeys(home):
        channels = [touch.channel for touch in journey.touches]
        path = " > ".join(channel for channel, _ in groupby(channels))
        paths[stage, path] += 1
        lengths[stage, 0 if channels == ["(none)"] else len(channels)] += 1
        if channels != ["(none)"]:
            took = (journey.at - journey.touches[0].at) / timedelta(days=1)
            days[stage, path].append(took)
            days[stage, ""].append(took)

    listed = home.marts(
        "select stage, path, conversions, median_days from rpt_attribution_paths "
        "where path <> '(other paths)'"
    )
    assert listed
    for stage, path, conversions, median_days in listed:
        assert conversions == paths[stage, path], (stage, path)
        if path != "(none)":
            assert median_days == pytest.approx(median(days[stage, path]), abs=1e-6)
    for stage, others in home.marts(
        "select stage, conversions from rpt_attribution_paths where path = '(other paths)'"
    ):
        found = sorted(
            (count for (at, path), count in paths.items() if at == stage and path != "(none)"),
            reverse=True,
        )
        assert others == sum(found[LISTED:])
    shown = home.marts("select stage, touches, conversions from rpt_attribution_path_lengths")
    assert {(stage, touches): each for stage, touches, each in shown} == lengths
    for stage, half in home.marts(
        "select distinct stage, p50_days from rpt_attribution_time_to_convert"
    ):
        assert half == pytest.approx(median(days[stage, ""]), abs=1e-6)
