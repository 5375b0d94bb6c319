"""Journeys out of a file, whatever the file holds, in an order that its rows do not decide.

A touch file may say of every touch whether its journey converts, or mark the touch that does. If
the flag is the same on all touches of each journey it is read as the former, otherwise as the
latter: a conversion then ends its journey, and what follows is a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from attribution.errors import CannotCredit
from attribution.files.columns import AggregatedPaths, Columns, Touches
from attribution.files.source import Cell, Source
from attribution.paths import Doubles, Integers, Paths

# Touches, and paths, that DuckDB hands over at a time.
_BATCH, _PATHS = 1 << 20, 1 << 17
# A touch's flag, place and whether it is wrong as one number: 1, 30 and 1 bits of it.
_ENDS = 1 << 31


@dataclass(frozen=True)
class Brought:
    """The journeys of a file, or its rows of paths, and what their reader should know.

    `touched_at` has the microseconds of each touch, where the file has times.
    """

    paths: Paths
    touched_at: Integers | None
    notes: list[str]


def read(source: Source, columns: Columns) -> Brought:
    """Return the journeys; raises CannotCredit."""
    return _touches(source, columns) if isinstance(columns, Touches) else _paths(source, columns)


def _touches(source: Source, columns: Touches) -> Brought:
    cells = [
        source.text("journey", columns.journey),
        source.instant("touched_at", columns.time),
        source.text("channel", columns.channel),
        source.flag("converted", columns.converted),
        source.number("value", columns.value),
    ]
    many = source.kept("touches", cells)
    channels = _number_channels(source)
    rows = _Rows.sorted(source, cells, many, has_value=columns.value is not None)
    starts = np.flatnonzero(rows.is_first)
    converts = np.logical_or.reduceat(rows.converted, starts)
    marks = bool((converts & ~np.logical_and.reduceat(rows.converted, starts)).any())
    if marks:
        again = int((np.add.reduceat(rows.converted, starts, dtype=np.int64) > 1).sum())
        told = (
            f"{columns.converted} marks the converting touch; {again:,} journeys convert more than "
            "once"
        )
        rows.is_first[1:] |= rows.converted[:-1]
        starts = np.flatnonzero(rows.is_first)
        lasts = np.r_[starts[1:], many] - 1
        converts, value = rows.converted[lasts], rows.value[lasts]
    else:
        told = (
            f"{columns.converted} is the same on all touches of each journey: it is the journey's"
        )
        low, value = _bounds(rows.value, starts) if columns.value else (rows.value[starts],) * 2
        if (converts & (low < value)).any():
            _refuse_values(source, columns)
    paths = Paths(
        channels,
        np.r_[starts, many],
        rows.places,
        converts.astype(np.int64),
        (~converts).astype(np.int64),
        np.where(converts, value, 0.0),
    )
    return Brought(paths, rows.touched_at, [told])


def _bounds(value: Doubles, starts: Integers) -> tuple[Doubles, Doubles]:
    """Return the least and the largest value that each journey's rows state; 0 where none does."""
    low = np.minimum.reduceat(np.where(value == 0, np.inf, value), starts)
    high = np.maximum.reduceat(np.where(value == 0, -np.inf, value), starts)
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)


@dataclass(frozen=True)
class _Rows:
    """Touches by journey, then by time; of one instant the converting one last, then by channel and
    value, so that the order in the file decides nothing.
    """

    is_first: np.ndarray
    touched_at: np.ndarray
    converted: np.ndarray
    places: np.ndarray
    value: np.ndarray

    @classmethod
    def sorted(cls, source: Source, cells: Sequence[Cell], many: int, *, has_value: bool) -> _Rows:
        """Read the rows, of which there are so `many`; raises CannotCredit on a wrong cell."""
        value = ", value" if has_value else ""
        # Two hashes are one in 10^38 pairs of journeys. Keys of 32 bytes with nothing behind them
        # sort twice as fast as wider ones, which text would be: hence hashes, and three in one.
        query = f"""
            select hash(journey) as named, hash(journey || '.') as again,
                coalesce(epoch_us(touched_at), 0) as micros,
                cast(
                    cast(converted as bigint) * {_ENDS} + coalesce(place, 0) * 2
                    + cast(is_wrong as bigint) as uinteger
                ) as told{value}
            from touches left join channels using (channel)
            order by named, again, micros, told{value}
        """
        is_first = np.ones(many, dtype=np.bool_)
        kinds: list[Any] = [np.int64, np.bool_, np.int32]
        kinds += [np.float64] if has_value else []
        held = [np.empty(many, dtype=kind) for kind in kinds]
        done, before = 0, None
        for batch in source.batches(query, _BATCH):
            # As they lie there: `to_numpy` would import pandas, a fifth of a second.
            numbers: list[Any] = [np.from_dlpack(column) for column in batch.columns]
            named, again, micros, told, *rest = numbers
            if (told & 1).any():
                source.refuse(cells)
            end = done + len(named)
            is_first[done + 1 : end] = (named[1:] != named[:-1]) | (again[1:] != again[:-1])
            is_first[done] = before != (named[0], again[0])
            before = named[-1], again[-1]
            columns = micros, told >= _ENDS, told % _ENDS // 2, *rest
            for column, values in zip(held, columns, strict=True):
                column[done:end] = values
            done = end
        if not has_value:
            held.append(np.broadcast_to(0.0, many))
        return cls(is_first, *held)


def _number_channels(source: Source) -> tuple[str, ...]:
    """Make the table `channels` and return them in the order of their places."""
    source.told(
        "create table channels as select channel, cast(row_number() over (order by channel) - 1 as"
        " integer) as place from (select distinct channel from touches)"
    )
    found = source.connection.execute("select channel from channels order by place").fetchall()
    return tuple(row[0] for row in found)


def _refuse_values(source: Source, columns: Touches) -> None:
    """Say in which row a journey states another value than before."""
    found = source.connection.execute(
        "select min(row_no) from touches where converted and value <> 0"
        " group by journey having min(value) <> max(value) order by 1 limit 1"
    ).fetchone()
    row = found[0] if found else "?"
    raise CannotCredit(
        f"row {row}, column {columns.value}: other rows of its journey state another value. Mark"
        " the converting touch alone as converted, or state one value a journey"
    )


def _paths(source: Source, columns: AggregatedPaths) -> Brought:
    cells = [
        source.text("path", columns.path, joined=columns.separator),
        source.number("conversions", columns.conversions, count=True),
        source.number("nulls", columns.nulls, count=True),
        source.number("value", columns.value),
    ]
    source.kept("rows_of_paths", cells)
    if source.told("select bool_or(is_wrong) from rows_of_paths")[0]:
        source.refuse(cells)
    unsold = source.told(
        "select min(row_no) from rows_of_paths where value <> 0 and conversions = 0"
    )[0]
    if unsold is not None:
        raise CannotCredit(f"row {unsold}, column {columns.value}: a value without a conversion")
    between = columns.separator.replace("'", "''")
    pieces = f"list_transform(string_split(path, '{between}'), lambda piece: trim(piece))"
    touches, lengths, counts = [], [], []
    for batch in source.batches(
        f"select {pieces}, conversions, nulls, value from rows_of_paths", _PATHS
    ):
        lists, *numbers = batch.columns
        touches.append(lists.flatten().dictionary_encode())
        lengths.append(np.diff(np.from_dlpack(lists.offsets)))
        counts.append([np.from_dlpack(each) for each in numbers])
    channels, steps = _placed(pa.chunked_array(touches))
    if "" in channels:
        row = source.told(
            f"select min(row_no) from rows_of_paths where list_contains({pieces}, '')"
        )[0]
        raise CannotCredit(
            f"row {row}, column {columns.path}: there is no channel between two "
            f"separators {columns.separator!r}"
        )
    paths = Paths(
        channels,
        np.concatenate(([0], np.cumsum(np.concatenate(lengths), dtype=np.int64))),
        steps,
        *(np.concatenate(each) for each in zip(*counts, strict=True)),
    )
    told = "no column says how often journeys did not convert, so every rate is taken to be 1"
    return Brought(paths, None, [told] if columns.nulls is None else [])


def _placed(touches: pa.ChunkedArray) -> tuple[tuple[str, ...], Integers]:
    """Return the channels in alphabetical order and the place of each touch among them."""
    whole = touches.unify_dictionaries().combine_chunks()
    names = whole.dictionary.to_pylist()
    channels = tuple(sorted(names))
    place = {channel: number for number, channel in enumerate(channels)}
    places = np.array([place[name] for name in names], dtype=np.int32)
    indices: Any = np.from_dlpack(whole.indices)
    return channels, places[indices]
