"""Runs the SQL of the credit models, as it stands in the project, on journeys given by a test."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import yaml

from attribution import credit_function
from benchmarks.credit_models import MODELS, TABLES
from benchmarks.model_sql import rendered

PROJECT = Path(__file__).resolve().parents[2]
EPOCH = datetime(2026, 1, 1)
DAY = 86_400


@dataclass(frozen=True)
class Touch:
    """One touch; `at` in seconds from the epoch of the tests."""

    id: str
    at: int
    channel: str = "paid_search"
    person: str = "p1"
    touch_class: str = "marketing"
    priority: int = 1


@dataclass(frozen=True)
class Conversion:
    """One conversion; instants in seconds from the epoch of the tests."""

    id: str
    at: int
    stage: str = "won"
    value: str | None = "100.00"
    currency: str = "USD"
    value_reporting: str | None = "100.00"
    people: tuple[str, ...] = ("p1",)
    account: str = "a1"
    lead_at: int | None = None
    opportunity_at: int | None = None
    reverses: str | None = None


@dataclass(frozen=True)
class Credit:
    """One row of the credits."""

    conversion: str
    touch: str
    model: str
    position: int
    weight: float
    micros: int
    value: Any
    value_reporting: Any


def instant(seconds: int | None) -> datetime | None:
    """Return the timestamp `seconds` after the epoch of the tests."""
    return None if seconds is None else EPOCH + timedelta(seconds=seconds)


LOOKBACK_MODELS = (
    "int_attribution__lookbacks",
    "int_attribution__long_journeys",
    "int_attribution__lookback_totals",
)
_SQL = {model: rendered(model) for model in (*MODELS, *LOOKBACK_MODELS)}
_CONFIG = yaml.safe_load((PROJECT / "config/attribution.yml").read_text("utf-8"))


def credits(
    touches: Iterable[Touch],
    conversions: Sequence[Conversion],
    *,
    models: Sequence[Mapping[str, Any]] | None = None,
    half_life_days: float | None = None,
    lookback_days: int | None = None,
    reset: bool = False,
    effects: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> list[Credit]:
    """Return the credits of `conversions`, with the shipped configuration unless told otherwise.

    `effects` are what fits in force say of channels, by fitted model; without, nothing is fitted.
    """
    with _built(
        touches, conversions, models, half_life_days, lookback_days, reset, effects
    ) as connection:
        rows = connection.execute(
            "select conversion_id, touchpoint_id, attribution_model, touch_position, weight, "
            "credit_micros, value_amount, value_amount_reporting from int_attribution__credits "
            "order by conversion_id, attribution_model, touch_position"
        ).fetchall()
    return [Credit(*row) for row in rows]


def lookback_totals(
    touches: Iterable[Touch],
    conversions: Sequence[Conversion],
    lookbacks: Iterable[int],
    *,
    effects: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> dict[tuple[int, str, str], tuple[float, Any]]:
    """Return (lookback, model, channel) -> conversions and value, as configuration ships."""
    with _built(touches, conversions, effects=effects) as connection:
        connection.execute("create table stg_config__attribution_lookbacks (lookback_days bigint)")
        _fill(connection, "stg_config__attribution_lookbacks", [(days,) for days in lookbacks])
        connection.execute(
            "alter table int_conversions__conversions add is_rate_missing boolean default false"
        )
        for model in LOOKBACK_MODELS:
            connection.execute(f"create table {model} as {_SQL[model]}")
        rows = connection.execute(
            "select lookback_days, attribution_model, channel, sum(conversions), "
            "sum(value_amount_reporting) from int_attribution__lookback_totals group by 1, 2, 3"
        ).fetchall()
    return {row[:3]: (float(row[3]), row[4]) for row in rows}


@contextmanager
def _built(
    touches: Iterable[Touch],
    conversions: Sequence[Conversion],
    models: Sequence[Mapping[str, Any]] | None = None,
    half_life_days: float | None = None,
    lookback_days: int | None = None,
    reset: bool = False,
    effects: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a warehouse of these journeys, in which the credit models are built."""
    windows = [
        (
            row["stage"],
            lookback_days or row["lookback_days"],
            half_life_days or row["half_life_days"],
        )
        for row in _CONFIG["attribution_windows"]
    ]
    model_rows = [tuple(row.values()) for row in models or _CONFIG["attribution_models"]]
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        credit_function.register(connection)
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
        _fill(connection, "stg_config__attribution_windows", windows)
        _fill(connection, "stg_config__attribution_models", model_rows)
        _fill(connection, "stg_config__attribution_settings", [("hybrid", reset)])
        _fill(connection, "stg_config__company", [("USD",)])
        _fill(connection, "stg_config__currencies", [("USD", 2), ("JPY", 0), ("KWD", 3)])
        _fill_journeys(connection, list(touches), conversions)
        _fill_fits(connection, effects)
        for model in MODELS:
            connection.execute(f"create table {model} as {_SQL[model]}")
        yield connection


def weights(found: Iterable[Credit], model: str, conversion: str = "c1") -> dict[str, float]:
    """Return touch -> weight of one conversion and model."""
    return {
        row.touch: row.weight
        for row in found
        if row.model == model and row.conversion == conversion
    }


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)


def _fill_fits(
    connection: duckdb.DuckDBPyConnection, effects: Mapping[str, Mapping[str, float]]
) -> None:
    """Write one fit a model and stage, from the first month on; effects as shares of their sum."""
    stages = [row["stage"] for row in _CONFIG["attribution_windows"]]
    for model, channels in effects.items():
        positive = {channel: max(effect, 0.0) for channel, effect in channels.items()}
        total = sum(positive.values()) or 1.0
        _fill(
            connection,
            "stg_attribution__fits",
            [(f"{model}-{s}", model, s, EPOCH.date(), True, None) for s in stages],
        )
        _fill(
            connection,
            "stg_attribution__fit_shares",
            [
                (f"{model}-{s}", channel, positive[channel] / total)
                for s in stages
                for channel in channels
            ],
        )


def _fill_journeys(
    connection: duckdb.DuckDBPyConnection,
    touches: Sequence[Touch],
    conversions: Sequence[Conversion],
) -> None:
    _fill(
        connection,
        "int_touchpoints__touchpoints",
        [
            (t.id, t.person, t.channel, None, t.priority, t.touch_class, instant(t.at))
            for t in touches
        ],
    )
    deals = {"opportunity", "won"}
    _fill(
        connection,
        "int_conversions__conversions",
        [
            (
                c.id,
                c.stage,
                c.people[0],
                c.account,
                f"o-{c.id}" if c.stage in deals else None,
                c.value,
                c.currency,
                c.value_reporting,
                c.reverses is not None,
                c.reverses,
                instant(c.at),
            )
            for c in conversions
        ],
    )
    _fill(
        connection,
        "int_opportunities__opportunities",
        [(f"o-{c.id}", instant(c.opportunity_at)) for c in conversions if c.stage in deals],
    )
    _fill(
        connection,
        "int_attribution__eligible_people",
        [
            (c.id, person, instant(c.lead_at), rank == 0 and c.lead_at is not None)
            for c in conversions
            for rank, person in enumerate(c.people)
        ],
    )
