"""Fitted models: what each channel is worth, learnt from all paths, converting or not.

A fit gives two numbers a channel that differ: `model_share` is the textbook's answer, and the touch
credits are what the touches of the journeys come to when they share each journey in proportion to
their channels' effect, evenly where all effects are 0. The second is what returns are made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from attribution import credit, markov, shapley
from attribution.errors import CannotCredit
from attribution.paths import Doubles, Paths, first

MARKOV = {f"markov_order_{order}": order for order in markov.ORDERS}
VALUE_GAME, RATE_GAME = "shapley_value_game", "shapley_rate_game"
MODELS = (*MARKOV, VALUE_GAME, RATE_GAME)
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Fit:
    """One model's answer per channel, in the order of `channels`.

    `effect` is the removal effect, the value in the value game, or the signed value in the rate
    game. `model_share` sums to 1 and is NaN where the rate game's values sum to nothing above 0.
    `conversions` and `value` are the textbook's credit of journeys with touches. `low` and `high`
    bound 95 % of the resampled shares. `clipped` is what is below 0, summed, and credits no touch.
    """

    model: str
    channels: tuple[str, ...]
    effect: Doubles
    model_share: Doubles
    conversions: Doubles
    value: Doubles
    low: Doubles | None = None
    high: Doubles | None = None
    clipped: float = 0.0
    p_conversion: float | None = None
    states: int | None = None


@dataclass(frozen=True)
class Learner:
    """Paths and what the models read of them, so that resampled journeys cost no second reading."""

    paths: Paths
    distinct: Paths
    chain: markov.Transitions | None

    def fit(self, model: str) -> Fit:
        """Return one fit; raises TooLarge past a model's limit, CannotCredit if none converts."""
        if not self.paths.conversions.any():
            raise CannotCredit("no path converts: there is nothing to credit")
        if model in MARKOV:
            return self._markov(model)
        if model == VALUE_GAME:
            return self._value_game()
        return self._rate_game()

    def _markov(self, model: str) -> Fit:
        if self.chain is None:
            raise CannotCredit(f"{model} was not prepared for")
        found = markov.effects(markov.lowered(self.chain, MARKOV[model]))
        fit = self._shared(model, found.removal)
        return replace(fit, p_conversion=found.p_conversion, states=found.states)

    def _value_game(self) -> Fit:
        """The game over values, or over conversions where they have none."""
        conversions = shapley.value_game(self.distinct, self.paths.conversions.astype(np.float64))
        value = shapley.value_game(self.distinct, self.paths.value)
        effect = value if value.sum() > 0 else conversions
        shares = _normal(effect)
        return Fit(VALUE_GAME, self.paths.channels, effect, shares, conversions, value)

    def _rate_game(self) -> Fit:
        effect = shapley.rate_game(self.distinct)
        return replace(
            self._shared(RATE_GAME, effect), clipped=float(np.minimum(effect, 0.0).sum())
        )

    def _shared(self, model: str, effect: Doubles) -> Fit:
        shares, touched = _normal(effect), self.paths.touched
        conversions = shares * self.paths.conversions[touched].sum()
        value = shares * self.paths.value[touched].sum()
        return Fit(model, self.paths.channels, effect, shares, conversions, value)


def learner(paths: Paths, models: Iterable[str] = MODELS) -> Learner:
    """Return what these models need of the paths; raises CannotCredit on an unknown model."""
    wanted = tuple(models)
    unknown = [model for model in wanted if model not in MODELS]
    if unknown:
        raise CannotCredit(f"there is no fitted model {unknown[0]}; there are {', '.join(MODELS)}")
    orders = [MARKOV[model] for model in wanted if model in MARKOV]
    chain = markov.transitions(paths, max(orders)) if orders else None
    return Learner(paths, first(paths) if len(orders) < len(wanted) else paths, chain)


def resampled(learnt: Learner, replicates: int, seed: int) -> Iterator[Learner]:
    """Yield the same paths with as many journeys drawn from them, with replacement.

    The same seed draws the same journeys. A journey of a path has the mean value of its path.
    """
    paths, draws = learnt.paths, np.random.default_rng(seed)
    drawn_from = np.concatenate((paths.conversions, paths.nulls))
    total, mean = int(drawn_from.sum()), _ratio(paths.value, paths.conversions)
    cells = _Cells.of(paths, learnt.chain) if learnt.chain else None
    for _ in range(replicates):
        drawn = draws.multinomial(total, drawn_from / total)
        conversions, nulls = drawn[: len(mean)], drawn[len(mean) :]
        again = {"conversions": conversions, "nulls": nulls, "value": mean * conversions}
        yield Learner(
            replace(paths, **again),
            replace(learnt.distinct, **again),
            cells.counted(conversions, nulls) if cells else None,
        )


def with_intervals(learnt: Learner, fits: Sequence[Fit], replicates: int, seed: int) -> list[Fit]:
    """Return the fits with the interval that holds 95 % of the resampled shares.

    Draws without any conversion say nothing of shares and are left out.
    """
    found: dict[str, list[Doubles]] = {fit.model: [] for fit in fits}
    for again in resampled(learnt, replicates, seed):
        if again.paths.conversions.any():
            for fit in fits:
                found[fit.model].append(again.fit(fit.model).model_share)
    bounded = []
    for fit in fits:
        shares = np.array(found[fit.model])
        shares = shares[~np.isnan(shares).any(axis=1)] if len(shares) else shares
        if len(shares):
            low, high = np.quantile(shares, INTERVAL, axis=0)
            fit = replace(fit, low=low, high=high)
        bounded.append(fit)
    return bounded


def touch_credits(paths: Paths, effect: Doubles) -> tuple[Doubles, Doubles]:
    """Return conversions and value per channel, as the touches share them."""
    conversions, value = np.zeros(len(paths.channels)), np.zeros(len(paths.channels))
    for part in paths.chunks():
        weights, owners = touch_weights(part, effect), part.owners()
        for sums, worth in ((conversions, part.conversions), (value, part.value)):
            sums += np.bincount(part.steps, weights * worth[owners], minlength=len(sums))
    return conversions, value


def touch_weights(paths: Paths, effect: Doubles) -> Doubles:
    """Return the weight of every step in its path: its channel's effect, evenly where all are 0."""
    if not len(paths.steps):
        return np.zeros(0)
    starts = np.append(paths.starts[:-1][paths.touched], paths.starts[-1])
    return credit.fitted(credit.Journeys.of(starts), np.maximum(effect, 0.0)[paths.steps])


@dataclass(frozen=True)
class _Cells:
    """Where each entry of a chain is counted, so that other counts of journeys need no sorting."""

    chain: markov.Transitions
    cell: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, paths: Paths, chain: markov.Transitions) -> _Cells:
        keys, _ = markov.keyed(paths, chain.order)
        known = chain.states * (chain.channels + 2) + chain.onward
        return cls(chain, np.searchsorted(known, keys).astype(np.int32), paths.lengths)

    def counted(self, conversions: np.ndarray, nulls: np.ndarray) -> markov.Transitions:
        """Return the chain as these journeys would have made it."""
        journeys = np.repeat(conversions + nulls, self.lengths)
        weights = np.concatenate((journeys, conversions, nulls)).astype(np.float64)
        counts = np.bincount(self.cell, weights, minlength=len(self.chain.counts) + 1)
        counts = counts[: len(self.chain.counts)]
        held = counts > 0
        return replace(
            self.chain,
            states=self.chain.states[held],
            onward=self.chain.onward[held],
            counts=counts[held],
        )


def _normal(effect: Doubles) -> Doubles:
    """Return the effects as shares of their sum; NaN where signed ones sum to nothing above 0."""
    total = effect.sum()
    if not effect.any():
        return np.zeros(len(effect))
    return effect / total if total > 0 else np.full(len(effect), np.nan)


def _ratio(value: Doubles, counts: np.ndarray) -> Doubles:
    return np.divide(value, counts, out=np.zeros(len(value)), where=counts > 0)
