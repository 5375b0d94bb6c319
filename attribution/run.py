"""Credit for the journeys of a file, by rule models and fitted ones, without a platform around it.

The weights of rule models are those of the marts (attribution.credit), and the fitted models are
those of the platform's fits: there is no second engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from attribution import credit, fits
from attribution.errors import CannotCredit, TooLarge
from attribution.files import journeys, source
from attribution.files.columns import Columns, Touches
from attribution.paths import Paths, transformed

# A file of journeys holds neither the creation of a lead nor that of a deal.
_MILESTONES = ("lead_share", "opportunity_share", "close_share")


@dataclass(frozen=True)
class Asked:
    """Which models, and how. No models: all that the file allows. `replicates` 0: no intervals.

    `repeats` and `longest` shape the paths of the fitted models (attribution.paths.transformed).
    """

    models: tuple[str, ...] = ()
    half_life_days: float = 30.0
    direct: str = "direct"
    repeats: str = "unique"
    longest: int | None = None
    replicates: int = 0
    seed: int = 1


@dataclass(frozen=True)
class Credited:
    """The credit of one channel by one model.

    `conversions` and `value` are what the channel's touches share. Fitted models also have the
    textbook's answer: `model_share`, with its conversions, value and 95 % interval, and `effect`.
    """

    model: str
    channel: str
    conversions: float
    value: float
    model_share: float | None = None
    model_conversions: float | None = None
    model_value: float | None = None
    effect: float | None = None
    share_low: float | None = None
    share_high: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a file comes to: its facts, each model's facts, the credits, and what is to be known."""

    facts: dict[str, Any]
    models: list[dict[str, Any]]
    credits: list[Credited]
    notes: list[str] = field(default_factory=list)


def run(file: Path, columns: Columns, rules: Sequence[Mapping[str, Any]], asked: Asked) -> Outcome:
    """Return the credit of every channel by every model; `rules` are rows of the configuration.

    Raises CannotCredit, in words for who brought the file, where the file or a model will not do.
    """
    ruled, fitted, left_out = _chosen(rules, asked, has_times=isinstance(columns, Touches))
    with TemporaryDirectory(prefix="engineroom-") as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        # It would be drawn into the JSON.
        connection.execute("set enable_progress_bar = false")
        connection.execute("set temp_directory = ?", [folder])
        told = journeys.read(source.opened(connection, file), columns)
        paths = journeys.aggregated(connection)
        if not paths.conversions.any():
            raise CannotCredit(f"no journey of {file} converts: there is nothing to credit")
        known = {row["model"]: row for row in rules}
        credits = _by_rules(
            journeys.converting(connection), paths.channels, [known[each] for each in ruled], asked
        )
        shaped = transformed(paths, repeats=asked.repeats, longest=asked.longest)
        facts = [{"model": model} for model in ruled]
        found, refused = _fits(shaped, fitted, asked)
        for fit in found:
            credits += _by_fit(shaped, fit)
            facts.append(_facts(fit))
    return Outcome(_counts(paths), facts, credits, [*told, *left_out, *refused])


def _chosen(
    rules: Sequence[Mapping[str, Any]], asked: Asked, *, has_times: bool
) -> tuple[list[str], list[str], list[str]]:
    """Return rule models, fitted models and what is said of those that the file cannot have."""
    unfit = {}
    ruled = [row for row in rules if row["rule"] != fits.RULE]
    for row in ruled:
        if any(row[share] for share in _MILESTONES):
            unfit[row["model"]] = "needs milestones, and a file of journeys holds none"
        elif row["rule"] == "decay" and not has_times:
            unfit[row["model"]] = "needs the times of touches, and paths have none"
    known = [*(row["model"] for row in ruled), *fits.MODELS]
    for model in asked.models:
        if model not in known:
            raise CannotCredit(f"there is no model {model}; there are {', '.join(known)}")
        if model in unfit:
            raise CannotCredit(f"{model} {unfit[model]}")
    wanted = [model for model in asked.models or known if model not in unfit]
    wanted = list(dict.fromkeys(wanted))
    told = (
        [] if asked.models else [f"{model} is left out: it {why}" for model, why in unfit.items()]
    )
    fitted = [model for model in wanted if model in fits.MODELS]
    return [model for model in wanted if model not in fits.MODELS], fitted, told


def _by_rules(
    won: journeys.Converting,
    channels: Sequence[str],
    rules: Sequence[Mapping[str, Any]],
    asked: Asked,
) -> list[Credited]:
    """Return the rule models' credits; a channel that gets none has its row too."""
    direct = np.array([channel.lower() == asked.direct.lower() for channel in channels])
    touches = len(won.places)
    none = np.zeros(touches, dtype=bool)
    whole = credit.Journeys(
        won.starts,
        np.arange(touches) - np.repeat(won.starts[:-1], np.diff(won.starts)) + 1,
        won.age_days,
        np.full(len(won.conversions), asked.half_life_days),
        direct[won.places],
        none,
        none,
        none,
    )
    weight = np.empty((len(rules), touches))
    for first, end, part in whole.parts():
        for held, rule in zip(weight, rules, strict=True):
            held[won.starts[first] : won.starts[end]] = credit.weights(part, rule)
    found = []
    for held, rule in zip(weight, rules, strict=True):
        conversions, value = (
            credit.totals(won.places, held * whole.of_each_touch(worth), len(channels))
            for worth in (won.conversions, won.value)
        )
        found += [
            Credited(rule["model"], channel, float(conversions[place]), float(value[place]))
            for place, channel in enumerate(channels)
        ]
    return found


def _fits(paths: Paths, models: Sequence[str], asked: Asked) -> tuple[list[fits.Fit], list[str]]:
    """Return the fits, and which were too large; one that was asked for by name is refused."""
    found, refused = [], []
    learnt = fits.learner(paths, models)
    for model in models:
        try:
            found.append(learnt.fit(model))
        except TooLarge as error:
            if asked.models:
                raise
            refused.append(f"{model} is left out: {error}")
    if asked.replicates:
        found = fits.with_intervals(learnt, found, asked.replicates, asked.seed)
    return found, refused


def _by_fit(paths: Paths, fit: fits.Fit) -> list[Credited]:
    conversions, value = fits.touch_credits(paths, fit.effect)
    return [
        Credited(
            fit.model,
            channel,
            float(conversions[place]),
            float(value[place]),
            _or_none(fit.model_share[place]),
            _or_none(fit.conversions[place]),
            _or_none(fit.value[place]),
            float(fit.effect[place]),
            None if fit.low is None else float(fit.low[place]),
            None if fit.high is None else float(fit.high[place]),
        )
        for place, channel in enumerate(fit.channels)
    ]


def _facts(fit: fits.Fit) -> dict[str, Any]:
    told = {"model": fit.model, "p_conversion": fit.p_conversion, "states": fit.states}
    if fit.model == fits.RATE_GAME:
        told["clipped"] = fit.clipped
    return {name: value for name, value in told.items() if value is not None}


def _counts(paths: Paths) -> dict[str, Any]:
    return {
        "journeys": int(paths.journeys.sum()),
        "touches": int((paths.lengths * paths.journeys).sum()),
        "paths": len(paths.conversions),
        "channels": len(paths.channels),
        "conversions": int(paths.conversions.sum()),
        "value": float(paths.value.sum()),
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
