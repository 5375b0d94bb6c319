"""Credit models in plain Python: a journey in, the share of each touch out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Touch:
    """One marketing touch of a person."""

    id: str
    person: str
    channel: str
    at: datetime
    priority: int


@dataclass(frozen=True)
class Journey:
    """What a conversion may be credited to, and the milestones on the way."""

    at: datetime
    touches: Sequence[Touch]
    oldest_contact: str | None
    oldest_since: datetime | None
    opportunity_at: datetime | None
    is_sale: bool


def eligible(touches: Sequence[Touch], at: datetime, lookback_days: int) -> list[Touch]:
    """Return the touches inside the window, both ends in, in their order."""
    opens = at - timedelta(days=lookback_days)
    inside = [touch for touch in touches if opens <= touch.at <= at]
    return sorted(inside, key=lambda touch: (touch.at, touch.priority, touch.id))


def shares(journey: Journey, model: Mapping[str, Any], half_life_days: float) -> list[float]:
    """Return the share of each touch of the journey under one configured model."""
    rule: Callable[..., list[float]] = {
        "even": _even,
        "decay": _decay,
        "last_non_direct": _last_non_direct,
        "milestones": _milestones,
    }[model["rule"]]
    raw = rule(journey, model, half_life_days)
    whole = sum(raw)
    return [part / whole for part in raw] if whole else _even(journey, model, half_life_days)


def by_effect(journey: Journey, effects: Mapping[str, float]) -> list[float]:
    """Return the share of each touch by its channel's effect; alike where none has any."""
    raw = [max(effects.get(touch.channel, 0.0), 0.0) for touch in journey.touches]
    return [part / sum(raw) for part in raw] if sum(raw) else _even(journey)


def _even(journey: Journey, *_: Any) -> list[float]:
    return [1 / len(journey.touches)] * len(journey.touches)


def _decay(journey: Journey, _: Any, half_life_days: float) -> list[float]:
    ages = [(journey.at - touch.at) / timedelta(days=1) for touch in journey.touches]
    return [2.0 ** (-age / half_life_days) for age in ages]


def _last_non_direct(journey: Journey, *_: Any) -> list[float]:
    last = len(journey.touches) - 1
    paid = [place for place, touch in enumerate(journey.touches) if touch.channel != "direct"]
    chosen = paid[-1] if paid else last
    return [float(place == chosen) for place in range(last + 1)]


def _milestones(journey: Journey, model: Mapping[str, Any], _: float) -> list[float]:
    touches = journey.touches
    places = {"first": 0, "last": len(touches) - 1}
    if journey.is_sale:
        places["close"] = len(touches) - 1
    for name, until, whose in (
        ("lead", journey.oldest_since, journey.oldest_contact),
        ("opportunity", journey.opportunity_at, None),
    ):
        before = [
            place
            for place, touch in enumerate(touches)
            if until and touch.at <= until and (name != "lead" or touch.person == whose)
        ]
        if before:
            places[name] = before[-1]
    held = [0.0] * len(touches)
    for name, place in places.items():
        held[place] += model[f"{name}_share"]
    empty = held.count(0.0)
    return [share or model["rest_share"] / empty for share in held]
