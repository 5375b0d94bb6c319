"""Journeys out of a file, as one table whatever the file holds.

`journeys`: one row a journey up to a conversion or its end, with its touches in order, how often it
converted, for how much, and how often not. `channels`: one row a channel, with its place.

A touch file may say of every touch whether its journey converts, or mark the touch that does. If
the flag is the same on all touches of each journey it is read as the former, otherwise as the
latter: a conversion then ends its journey, and what follows is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from attribution.errors import CannotCredit
from attribution.files.columns import AggregatedPaths, Columns, Touches
from attribution.files.source import Source
from attribution.paths import Doubles, Integers, Paths

# Ties at one instant: the converting touch last, then by channel: row order decides nothing. The
# lists of touches below are sorted by fields in this order; an ordered aggregate instead took 9 s
# of processor time for a million touches, sorted lists one.
_ORDER = "touched_at, converted, channel, row_no"


def read(source: Source, columns: Columns) -> list[str]:
    """Make both tables and return what the reader should know; raises CannotCredit."""
    return _touches(source, columns) if isinstance(columns, Touches) else _paths(source, columns)


def aggregated(connection: duckdb.DuckDBPyConnection) -> Paths:
    """Return the distinct paths in a fixed order; values are summed as decimals."""
    channels = connection.execute("select channel from channels order by place").fetchall()
    rows = connection.execute(
        """
        select list_transform(touches, touch -> touch.place) as path,
            cast(sum(conversions) as bigint) as conversions,
            cast(sum(nulls) as bigint) as nulls,
            cast(sum(cast(value as decimal(38, 9))) as double) as value
        from journeys group by path order by path
        """
    ).to_arrow_table()
    lists = rows["path"].combine_chunks()
    return Paths(
        tuple(row[0] for row in channels),
        np.asarray(lists.offsets, dtype=np.int64),
        np.asarray(lists.values),
        *(rows[name].to_numpy() for name in ("conversions", "nulls", "value")),
    )


@dataclass(frozen=True)
class Converting:
    """The journeys that converted: the touches of journey i are at `starts[i]:starts[i + 1]`.

    `places` are those of their channels, `age_days` run to the end of the journey and are 0 where a
    file has no times. `conversions` and `value` are of each journey.
    """

    starts: Integers
    places: Integers
    age_days: Doubles
    conversions: Integers
    value: Doubles


def converting(connection: duckdb.DuckDBPyConnection) -> Converting:
    """Return the journeys that converted, touch by touch."""
    rows = connection.execute(
        """
        select list_transform(touches, touch -> touch.place) as places,
            list_transform(
                touches,
                touch -> coalesce(epoch(ended_at) - epoch(touch.touched_at), 0) / 86400.0
            ) as age_days, conversions, value
        from journeys where conversions > 0
        """
    ).to_arrow_table()
    places, age_days = (rows[name].combine_chunks() for name in ("places", "age_days"))
    return Converting(
        np.asarray(places.offsets, dtype=np.int64),
        np.asarray(places.values),
        np.asarray(age_days.values),
        rows["conversions"].to_numpy(),
        rows["value"].to_numpy(),
    )


def _touches(source: Source, columns: Touches) -> list[str]:
    source.kept(
        "touches",
        [
            source.text("journey", columns.journey),
            source.instant("touched_at", columns.time),
            source.text("channel", columns.channel),
            source.flag("converted", columns.converted),
            source.number("value", columns.value),
        ],
    )
    run = source.connection.execute
    mixed = run(
        "select count(*) from (select journey from touches group by journey"
        " having min(converted) <> max(converted))"
    ).fetchone()
    marks = bool(mixed and mixed[0])
    # Where the flag is of the journey, so is its value: the one that any of its rows states.
    part, value = "0", "arg_max(value, abs(value))"
    if marks:
        part = (
            f"coalesce(sum(cast(converted as integer)) over (partition by journey order by {_ORDER}"
            " rows between unbounded preceding and 1 preceding), 0)"
        )
        value = "max(case when converted then value end)"
    else:
        _one_value(source, columns)
    _number_channels(source, "touches")
    run(
        f"""
        create table journeys as
        with placed as (
            select touches.*, place, {part} as part from touches inner join channels using (channel)
        ),
        whole as (
            select journey, part, bool_or(converted) as is_won, max(touched_at) as ended_at,
                {value} as any_value,
                list_sort(list(struct_pack(touched_at, converted, place))) as touches
            from placed group by journey, part
        )
        select row_number() over () as journey_id, journey, touches, ended_at,
            cast(is_won as bigint) as conversions, 1 - cast(is_won as bigint) as nulls,
            case when is_won then coalesce(any_value, 0) else 0 end as value
        from whole
        """
    )
    run("drop table touches")
    return [_told_of_flag(source, columns, marks)]


def _number_channels(source: Source, table: str) -> None:
    source.connection.execute(
        "create table channels as select channel, cast(row_number() over (order by channel) - 1 as"
        f" integer) as place from (select distinct channel from {table})"
    )


def _one_value(source: Source, columns: Touches) -> None:
    """Raise CannotCredit where the rows of a journey state several values."""
    found = source.connection.execute(
        "select min(row_no) from touches where converted and value <> 0"
        " group by journey having min(value) <> max(value) order by 1 limit 1"
    ).fetchone()
    if found:
        raise CannotCredit(
            f"row {found[0]}, column {columns.value}: other rows of its journey state another "
            "value. Mark the converting touch alone as converted, or state one value a journey"
        )


def _told_of_flag(source: Source, columns: Touches, marks: bool) -> str:
    if not marks:
        return (
            f"{columns.converted} is the same on all touches of each journey: it is the journey's"
        )
    repeated = source.connection.execute(
        "select count(*) from (select journey from journeys where conversions = 1"
        " group by journey having count(*) > 1)"
    ).fetchone()
    again = repeated[0] if repeated else 0
    return (
        f"{columns.converted} marks the converting touch; {again:,} journeys convert more than once"
    )


def _paths(source: Source, columns: AggregatedPaths) -> list[str]:
    source.kept(
        "rows",
        [
            source.text("path", columns.path, joined=columns.separator),
            source.number("conversions", columns.conversions, count=True),
            source.number("nulls", columns.nulls, count=True),
            source.number("value", columns.value),
        ],
    )
    run = source.connection.execute
    run(
        """
        create table steps as
        select row_no, trim(piece.channel) as channel, piece.position as position
        from (select row_no, string_split(path, ?) as pieces from rows) as split,
            unnest(pieces) with ordinality as piece (channel, position)
        """,
        [columns.separator],
    )
    empty = run("select min(row_no) from steps where channel = ''").fetchone()
    if empty and empty[0] is not None:
        raise CannotCredit(
            f"row {empty[0]}, column {columns.path}: there is no channel between two "
            f"separators {columns.separator!r}"
        )
    unsold = run("select min(row_no) from rows where value <> 0 and conversions = 0").fetchone()
    if unsold and unsold[0] is not None:
        raise CannotCredit(f"row {unsold[0]}, column {columns.value}: a value without a conversion")
    _number_channels(source, "steps")
    run(
        """
        create table journeys as
        select row_no as journey_id, conversions, nulls, value, cast(null as timestamp) as ended_at,
            list_sort(
                list(struct_pack(position, touched_at := cast(null as timestamp), place))
            ) as touches
        from rows inner join steps using (row_no) inner join channels using (channel)
        group by all
        """
    )
    if columns.nulls is None:
        return ["no column says how often journeys did not convert, so every rate is taken to be 1"]
    return []
