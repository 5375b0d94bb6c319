"""Credit for the journeys of a file, by rule models and fitted ones, without a platform around it.

The weights of rule models are those of the marts (attribution.credit), and the fitted models are
those of the platform's fits: there is no second engine.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from attribution import credit, fits
from attribution.errors import CannotCredit, TooLarge
from attribution.files import journeys, source
from attribution.files.columns import Columns, Touches
from attribution.paths import Doubles, Integers, Paths, distinct, spans, transformed

# A file of journeys holds neither the creation of a lead nor that of a deal.
_MILESTONES = ("lead_share", "opportunity_share", "close_share")
# What the sorting of touches may hold at once; more goes to a temporary folder.
_MEMORY = "1GB"
_THREADS = os.cpu_count()
_DAY = 86_400_000_000


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
    known = {row["model"]: row for row in rules}
    with TemporaryDirectory(prefix="engineroom-") as folder, _database(folder) as connection:
        brought = journeys.read(source.opened(connection, file), columns)
    paths = distinct(brought.paths)
    if not paths.conversions.any():
        raise CannotCredit(f"no journey of {file} converts: there is nothing to credit")
    credits = _by_rules(brought, paths, [known[each] for each in ruled], asked)
    notes = brought.notes
    del brought  # of fifty million touches half a gigabyte
    shaped = transformed(paths, repeats=asked.repeats, longest=asked.longest)
    found, refused = _fits(shaped, fitted, asked)
    with ThreadPoolExecutor(_THREADS) as pool:
        credits += chain.from_iterable(pool.map(partial(_by_fit, shaped), found))
    facts = [{"model": model} for model in ruled] + [_facts(fit) for fit in found]
    return Outcome(_counts(paths), facts, credits, [*notes, *left_out, *refused])


def _database(folder: str) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that writes to the folder what does not fit."""
    connection = duckdb.connect(config={"temp_directory": folder, "memory_limit": _MEMORY})
    connection.execute("set TimeZone = 'UTC'")
    # It would be drawn into the JSON.
    connection.execute("set enable_progress_bar = false")
    return connection


def _chosen(
    rules: Sequence[Mapping[str, Any]], asked: Asked, *, has_times: bool
) -> tuple[list[str], list[str], list[str]]:
    """Return rule models, fitted models and what is said of those that the file cannot have."""
    unfit = {}
    ruled = [row for row in rules if row["rule"] != credit.FITTED]
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
    brought: journeys.Brought,
    paths: Paths,
    rules: Sequence[Mapping[str, Any]],
    asked: Asked,
) -> list[Credited]:
    """Return the rule models' credits; a channel that gets none has its row too.

    Only decay asks for times: what the others give is the same for all journeys of a path.
    """
    timed = [rule for rule in rules if rule["rule"] == "decay"]
    timeless = [rule for rule in rules if rule["rule"] != "decay"]
    found = dict(
        [
            *_rule_totals(paths, None, timeless, asked),
            *_rule_totals(brought.paths, brought.touched_at, timed, asked),
        ]
    )
    return [
        Credited(rule["model"], channel, float(conversions), float(value))
        for rule in rules
        for channel, conversions, value in zip(paths.channels, *found[rule["model"]], strict=True)
    ]


def _rule_totals(
    paths: Paths,
    touched_at: Integers | None,
    rules: Sequence[Mapping[str, Any]],
    asked: Asked,
) -> Iterator[tuple[str, Doubles]]:
    """Yield each model with an array of two rows, conversions and value of every channel."""
    if not rules:
        return
    direct = np.array([channel.lower() == asked.direct.lower() for channel in paths.channels])

    def credited(span: tuple[int, int]) -> Doubles:
        part, times = paths.slice(*span), None
        if touched_at is not None:
            times = touched_at[paths.starts[span[0]] : paths.starts[span[1]]]
        whole = _journeys(part, times, direct, asked.half_life_days)
        worths = [whole.of_each_touch(worth) for worth in (part.conversions, part.value)]
        return np.array(
            [
                [np.bincount(part.steps, weight * worth, len(paths.channels)) for worth in worths]
                for weight in (credit.weights(whole, rule) for rule in rules)
            ]
        )

    totals = np.zeros((len(rules), 2, len(paths.channels)))
    with ThreadPoolExecutor(_THREADS) as pool:
        # In their order: the sums of doubles depend on it.
        for each in pool.map(credited, spans(paths.starts, credit.CHUNK)):
            totals += each
    yield from zip((rule["model"] for rule in rules), totals, strict=True)


def _journeys(
    paths: Paths, touched_at: Integers | None, direct: Any, half_life_days: float
) -> credit.Journeys:
    found = credit.Journeys.of(paths.starts)
    half_lives = np.full(len(found.lengths), half_life_days)
    found = replace(found, half_life_days=half_lives, is_direct=direct[paths.steps])
    if touched_at is None:
        return found
    ended_at = found.of_each_touch(touched_at[paths.starts[1:] - 1])
    return replace(found, age_days=(ended_at - touched_at) / _DAY)


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
