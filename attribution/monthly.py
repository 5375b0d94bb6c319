"""The fits of a warehouse: one a model, stage and month, learnt from the months before it.

A fit is made once and stays in force, whatever becomes known of its months later, so that a new
path moves no old credit; `anew` makes it again, and another fit comes of it only where the journeys
are others. Settings that say what a fit is made of are part of it: with others, there is another.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from attribution import credit, fits, stages
from attribution.errors import TooLarge
from attribution.fits import Fit
from attribution.paths import Paths, transformed
from attribution.tables import TABLES

# The same draws in every run.
SEED = 1
# A draw of 550 states costs 17 ms, four times what all other models of the stage cost together.
DRAWN_STATES = 250
_MONTHS = """
with ended as (
    select stage, conversion_id, converted_at
    from intermediate.int_conversions__conversions where not is_reversal
),
months as (
    select stage, cast(date_trunc('month', converted_at) as date) as month from ended
    union
    select stage, cast(date_trunc('month', cast($as_of as timestamp)) as date)
    from config.attribution_windows
),
windows as (
    select months.stage, months.month, lookback_days,
        cast(months.month as timestamp) - to_months(cast(asked.months as integer)) as window_from,
        cast(months.month as timestamp) as window_until
    from months
    inner join config.attribution_windows using (stage)
    cross join config.attribution_fits as asked
)
select windows.*, count(touched.conversion_id) as conversions
from windows
left join (
    select * from ended where conversion_id in (
        select conversion_id from intermediate.int_attribution__journeys
        where touchpoint_id <> '(none)'
    )
) as touched
    on windows.stage = touched.stage
        and touched.converted_at >= window_from and touched.converted_at < window_until
group by all order by stage, month
"""


@dataclass(frozen=True)
class Slot:
    """A stage and a month that fits are for, and the window that they learn from.

    `parameters` says what else a fit depends on, as JSON; `conversions` have a touch.
    """

    stage: str
    month: date
    lookback_days: int
    window_from: datetime
    window_until: datetime
    conversions: int
    parameters: str


@dataclass(frozen=True)
class Made:
    """What became of one model in one slot: a fit of its journeys, or why there is none."""

    slot: Slot
    model: str
    paths: Paths | None = None
    fingerprint: str | None = None
    fit: Fit | None = None
    refusal: str | None = None

    @property
    def fit_id(self) -> str:
        """The same for the same journeys and parameters, in whichever run."""
        told = (self.model, self.slot.stage, self.slot.month, self.slot.parameters)
        return hashlib.md5(f"{told}{self.fingerprint}".encode()).hexdigest()


def fit(warehouse: Path, *, run_id: str, as_of: datetime, anew: bool = False) -> tuple[int, int]:
    """Make the fits that are missing; return how many were, and how many have too few journeys.

    With `anew`, make all and put those in force whose journeys or parameters are others.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(TABLES)
        connection.begin()
        asked = _row(connection, "select * from config.attribution_fits")
        rows = connection.execute(
            "select model from config.attribution_models where rule = ? order by model",
            [credit.FITTED],
        ).fetchall()
        slots = _slots(connection, asked, as_of)
        held = set() if anew else _held(connection)
        wanted = [
            (slot, [m for (m,) in rows if (m, slot.stage, slot.month, slot.parameters) not in held])
            for slot in slots
        ]
        # What was told of months with too few journeys is told again.
        connection.execute("delete from attribution.fits where fingerprint is null")
        made = list(_made(connection, [each for each in wanted if each[1]], asked, as_of))
        new = _kept(connection, made, asked, run_id, as_of)
        connection.commit()
        connection.execute("checkpoint")
    return new, sum(each.paths is None for each in made)


def _slots(
    connection: duckdb.DuckDBPyConnection, asked: Mapping[str, Any], as_of: datetime
) -> list[Slot]:
    settings = _row(connection, "select * from config.attribution_settings")
    found = connection.execute(_MONTHS, {"as_of": as_of}).fetchall()
    learnt = {name: asked[name] for name in ("months", "least_conversions", "repeats", "longest")}
    return [
        Slot(
            stage,
            month,
            lookback,
            since,
            until,
            conversions,
            json.dumps({**learnt, "lookback_days": lookback, **settings}, sort_keys=True),
        )
        for stage, month, lookback, since, until, conversions in found
    ]


def _held(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, date, str]]:
    """Return model, stage, month and parameters of what is in force."""
    return set(
        connection.execute(
            "select model, stage, month, parameters from attribution.fits"
            " where is_in_force and fingerprint is not null"
        ).fetchall()
    )


def _made(
    connection: duckdb.DuckDBPyConnection,
    wanted: Sequence[tuple[Slot, list[str]]],
    asked: Mapping[str, Any],
    as_of: datetime,
) -> Iterator[Made]:
    least, draws = asked["least_conversions"], asked["interval_draws"]
    known: tuple[str, ...] = ()
    for stage, each in groupby(wanted, key=lambda one: one[0].stage):
        journeys = None
        for slot, models in each:
            if slot.conversions < least:
                yield from (Made(slot, model, refusal=_too_few(slot, least)) for model in models)
                continue
            known = known or stages.channels(connection)
            if journeys is None:
                journeys = stages.read(connection, stage, known, slot.lookback_days)
            paths = transformed(
                journeys.paths(slot.window_from, slot.window_until),
                repeats=asked["repeats"],
                longest=asked["longest"],
            )
            # Intervals cost a fit a draw, so only the month that is under way has them.
            is_now = slot.month == as_of.date().replace(day=1)
            yield from _fitted(slot, paths, models, draws if is_now else 0)


def _fitted(slot: Slot, paths: Paths, models: Iterable[str], draws: int) -> Iterator[Made]:
    learnt, digest = fits.learner(paths, models), stages.fingerprint(paths)
    for model in models:
        try:
            found = learnt.fit(model)
            if draws and (found.states or 0) <= DRAWN_STATES:
                [found] = fits.with_intervals(learnt, [found], draws, SEED)
            yield Made(slot, model, paths, digest, found)
        except TooLarge as error:
            yield Made(slot, model, paths, digest, refusal=str(error))


def _too_few(slot: Slot, least: int) -> str:
    return (
        f"{slot.conversions} journeys with a touch converted from {slot.window_from:%Y-%m-%d} to "
        f"before {slot.window_until:%Y-%m-%d}, and a fit takes {least}"
    )


def _kept(
    connection: duckdb.DuckDBPyConnection,
    made: Sequence[Made],
    asked: Mapping[str, Any],
    run_id: str,
    as_of: datetime,
) -> int:
    """Put what was made in force, and write down what is new of it; return how many fits are.

    What was in force once and then was not, as settings changed, is there already.
    """
    if not made:
        return 0
    rows = [_row_of(each, asked, run_id, as_of) for each in made]
    shares = [row for each in made for row in _shares(each)]
    connection.register("made", pa.Table.from_pylist(rows))
    connection.execute(
        "update attribution.fits as held set is_in_force = held.fit_id = made.fit_id from made"
        " where held.model = made.model and held.stage = made.stage and held.month = made.month"
    )
    connection.execute(
        "create or replace temp table new as"
        " select * from made where fit_id not in (select fit_id from attribution.fits)"
    )
    connection.execute("insert into attribution.fits by name from new")
    if shares:
        connection.register("shares", pa.Table.from_pylist(shares))
        connection.execute(
            "insert into attribution.fit_shares by name"
            " select * from shares where fit_id in (select fit_id from new)"
        )
    found = connection.execute("select count(*) from new where refusal is null").fetchone()
    return int(found[0]) if found else 0


def _row_of(made: Made, asked: Mapping[str, Any], run_id: str, as_of: datetime) -> dict[str, Any]:
    slot, found, paths = made.slot, made.fit, made.paths
    has_interval = found is not None and found.low is not None
    return {
        "fit_id": made.fit_id,
        "model": made.model,
        "stage": slot.stage,
        "month": slot.month,
        "window_from": slot.window_from,
        "window_until": slot.window_until,
        "parameters": slot.parameters,
        "fingerprint": made.fingerprint,
        "journeys": None if paths is None else int(paths.journeys.sum()),
        "conversions": slot.conversions if paths is None else int(paths.conversions.sum()),
        "value": None if paths is None else float(paths.value.sum()),
        "p_conversion": found.p_conversion if found else None,
        "states": found.states if found else None,
        "clipped": found.clipped if found and found.model == fits.RATE_GAME else None,
        "interval_draws": asked["interval_draws"] if has_interval else None,
        "draw_seed": SEED if has_interval else None,
        "refusal": made.refusal,
        "is_in_force": True,
        "fitted_at": as_of,
        "run_id": run_id,
    }


def _shares(made: Made) -> Iterator[dict[str, Any]]:
    """Yield a row a channel. `touch_share` is what its touches weigh: nothing below 0."""
    if made.fit is None or made.paths is None:
        return
    found = made.fit
    positive = found.effect.clip(min=0.0)
    total = positive.sum()
    conversions, value = fits.touch_credits(made.paths, found.effect)
    for place, channel in enumerate(found.channels):
        yield {
            "fit_id": made.fit_id,
            "channel": channel,
            "effect": float(found.effect[place]),
            "model_share": _or_none(found.model_share[place]),
            "model_conversions": _or_none(found.conversions[place]),
            "model_value": _or_none(found.value[place]),
            "share_low": None if found.low is None else float(found.low[place]),
            "share_high": None if found.high is None else float(found.high[place]),
            "touch_share": float(positive[place] / total) if total > 0 else 0.0,
            "credited_conversions": float(conversions[place]),
            "credited_value": float(value[place]),
        }


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return dict(zip(names, found.fetchone() or (), strict=True))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
