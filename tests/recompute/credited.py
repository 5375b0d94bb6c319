"""What channels are credited with, worked out again: journeys, plain arithmetic, published fits."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from journeys import journeys
from plain import Home, rules
from shares import by_effect, shares

Totals = dict[tuple[str, str, str], float]


def credited(home: Home, lookback_days: int | None = None) -> tuple[Totals, Totals]:
    """Return conversions and value by (model, stage, channel), refunds left out.

    Journeys open with the lookback of their stage, or with another where one is given.
    """
    windows = {row["stage"]: row for row in rules("attribution")["attribution_windows"]}
    learnt = effects(home)
    expected: Totals = defaultdict(float)
    money: Totals = defaultdict(float)
    for stage, value, journey in journeys(home, lookback_days):
        for model in rules("attribution")["attribution_models"]:
            if model["rule"] == "fitted":
                parts = by_effect(journey, in_force(learnt[model["model"], stage], journey.at))
            else:
                parts = shares(journey, model, windows[stage]["half_life_days"])
            for touch, share in zip(journey.touches, parts, strict=True):
                key = (model["model"], stage, touch.channel)
                expected[key] += share
                money[key] += share * float(value or 0)
    return expected, money


def effects(home: Home) -> dict[tuple[str, str], dict[date, dict[str, float]]]:
    """Return model and stage -> month -> effect of each channel, as the fits are published."""
    found: dict = defaultdict(lambda: defaultdict(dict))
    for model, stage, month, channel, effect in home.marts(
        "select attribution_model, stage, month, channel, effect from rpt_attribution_fits "
        "where is_in_force and refusal is null"
    ):
        found[model, stage][month][channel] = effect
    return found


def in_force(months: Mapping[date, dict[str, float]], at: datetime) -> dict[str, float]:
    """Return the effects of the newest fit that is for no later month."""
    past = [month for month in months if month <= at.date().replace(day=1)]
    return months[max(past)] if past else {}
