"""A warehouse of made-up journeys: the tables that fits are made of, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

_TABLES = """
create schema intermediate;
create schema config;
create table intermediate.int_conversions__conversions (
    conversion_id varchar, stage varchar, value_amount_reporting decimal(18, 2),
    is_reversal boolean, converted_at timestamp
);
create table intermediate.int_attribution__journeys (
    conversion_id varchar, touchpoint_id varchar, channel varchar, touch_position bigint
);
create table intermediate.int_attribution__open_journeys (
    stage varchar, seeker_id varchar, touchpoint_id varchar, channel varchar,
    touch_type_priority integer, touched_at timestamp, reached_at timestamp
);
create table config.attribution_models (model varchar, rule varchar);
create table config.attribution_windows (stage varchar, lookback_days bigint);
create table config.attribution_settings (
    eligible_contacts varchar, reset_on_conversion boolean
);
create table config.attribution_fits (
    months bigint, least_conversions bigint, repeats varchar, longest bigint,
    interval_draws bigint
);
insert into config.attribution_models values
    ('markov_order_1', 'fitted'), ('shapley_rate_game', 'fitted'), ('linear', 'even');
insert into config.attribution_settings values ('hybrid', false);
insert into config.attribution_windows values ('won', 90);
"""


@dataclass(frozen=True)
class Warehouse:
    """The file, and how to put journeys into it."""

    path: Path
    waiting: list[tuple[str, list[Any]]] = field(default_factory=list)

    @classmethod
    def made(cls, path: Path, **asked: Any) -> "Warehouse":
        """Make one for the stage `won`; `asked` are settings of fits other than the smallest."""
        found = cls(path)
        found.waiting.append((_TABLES, []))
        told = {"months": 12, "least_conversions": 1, "repeats": "unique", "longest": None}
        told |= {"interval_draws": 0, **asked}
        found._put("config.attribution_fits", *told.values())
        return found

    def run(self, query: str, *given: Any) -> list[tuple]:
        """Run a query and return its rows."""
        with duckdb.connect(str(self.path)) as connection:
            self._write(connection)
            done = connection.execute(query, list(given))
            return done.fetchall() if done.description else []

    def written(self) -> Path:
        """Write what was put in, all at once, and return the file."""
        self.run("select 1")
        return self.path

    def sold(self, name: str, at: datetime, path: Sequence[str], value: str = "10.00") -> None:
        """Put in a sale with the channels of its touches."""
        self._put("intermediate.int_conversions__conversions", name, "won", value, False, at)
        for place, channel in enumerate(path or ["(none)"]):
            touch = f"{name}-{place}" if path else "(none)"
            self._put("intermediate.int_attribution__journeys", name, touch, channel, place + 1)

    def sought(self, name: str, reached: datetime | None, *touches: tuple[datetime, str]) -> None:
        """Put in the touches of somebody before they bought, if they ever did."""
        for place, (at, channel) in enumerate(touches):
            row = ("won", name, f"{name}-open-{place}", channel, 1, at, reached)
            self._put("intermediate.int_attribution__open_journeys", *row)

    def _put(self, table: str, *row: Any) -> None:
        marks = ", ".join("?" * len(row))
        self.waiting.append((f"insert into {table} values ({marks})", list(row)))

    def _write(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.begin()
        for query, given in self.waiting:
            connection.execute(query, given or None)
        connection.commit()
        self.waiting.clear()
