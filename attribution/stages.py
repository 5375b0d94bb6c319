"""The journeys of one stage of the funnel, converting or not, over any window of time.

A journey that converts is that of the marts: the touches of a conversion in its lookback. Without a
touch it is left out: nobody sees who neither came nor bought, so that the rate of such journeys
would be 1. One that does not convert is of somebody who had not reached the stage when the window
closed: their touches in the lookback before the last of them, where that lies in the window.
Somebody is a person, a visitor whom nobody knows, or for deals the account.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from attribution.paths import Integers, Paths

# Microseconds, as Arrow holds instants.
_DAY = 86_400_000_000
_NEVER = np.iinfo(np.int64).max
_CHANNELS = """
create or replace temp table channels as
select channel, cast(row_number() over (order by channel) - 1 as integer) as place
from (
    select channel from intermediate.int_attribution__journeys where touchpoint_id <> '(none)'
    union
    select channel from intermediate.int_attribution__open_journeys
)
"""
# Sorted lists, not ordered aggregates, which take nine times as long.
_CONVERTED = """
select any_value(epoch_us(converted_at)) as ended_at,
    any_value(cast(round(coalesce(value_amount_reporting, 0) * 100) as bigint)) as cents,
    list_transform(
        list_sort(list(struct_pack(touch_position, place))), touch -> touch.place
    ) as path
from intermediate.int_conversions__conversions
inner join intermediate.int_attribution__journeys using (conversion_id)
inner join channels using (channel)
where stage = ? and not is_reversal
group by conversion_id
"""
_OPEN = """
with seekers as (
    select any_value(reached_at) as reached_at,
        list_sort(list(struct_pack(touched_at, touch_type_priority, touchpoint_id, place)))
            as touches
    from intermediate.int_attribution__open_journeys
    inner join channels using (channel)
    where stage = ?
    group by seeker_id
)
select epoch_us(reached_at) as ended_at,
    list_transform(touches, touch -> touch.place) as path,
    list_transform(touches, touch -> epoch_us(touch.touched_at)) as touched_at
from seekers
"""


@dataclass(frozen=True)
class Stage:
    """All journeys of a stage, one of them a row of `starts`; instants in microseconds.

    The first `converted` of them ended at `ended_at` with a conversion worth `cents`. The others
    are open until `ended_at`, when their seeker reached the stage, or never did; `touched_at` holds
    the instants of their touches, and zeros for the rest.
    """

    channels: tuple[str, ...]
    lookback: int
    converted: int
    starts: Integers
    steps: Integers
    touched_at: Integers
    ended_at: Integers
    cents: Integers

    def paths(self, since: datetime, until: datetime) -> Paths:
        """Return the journeys that ended from `since` to before `until`, as the latter knew them.

        Channels are those that occur, and equal paths are counted together: who travelled them
        decides nothing, not even the order of a sum.
        """
        first, end = _micros(since), _micros(until)
        converts = np.arange(len(self.ended_at)) < self.converted
        before = np.concatenate(([0], np.cumsum(self.touched_at < end)))[self.starts]
        touches = np.where(converts, np.diff(self.starts), np.diff(before))
        last_at = np.zeros(len(touches), dtype=np.int64)
        seen = touches > 0
        last_at[seen] = self.touched_at[(self.starts[:-1] + touches - 1)[seen]]
        inside = np.where(
            converts,
            (first <= self.ended_at) & (self.ended_at < end),
            seen & (first <= last_at) & (end <= self.ended_at),
        )
        owners = np.repeat(np.arange(len(touches)), np.diff(self.starts))
        place = np.arange(len(self.steps)) - self.starts[owners]
        opens_at = np.where(converts, 0, last_at - self.lookback)
        kept = inside[owners] & (place < touches[owners]) & (self.touched_at >= opens_at[owners])
        lengths = np.bincount(owners[kept], minlength=len(touches))[inside]
        return _counted(
            self.channels,
            np.concatenate(([0], np.cumsum(lengths))),
            self.steps[kept],
            converts[inside],
            self.cents[inside],
        )


def channels(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Number the channels of all journeys; call it before `read`."""
    connection.execute(_CHANNELS)
    rows = connection.execute("select channel from channels order by place").fetchall()
    return tuple(row[0] for row in rows)


def read(
    connection: duckdb.DuckDBPyConnection,
    stage: str,
    known: tuple[str, ...],
    lookback_days: int,
) -> Stage:
    """Return the journeys of a stage; `known` are the channels as they were numbered."""
    won = connection.execute(_CONVERTED, [stage]).to_arrow_table()
    seeking = connection.execute(_OPEN, [stage]).to_arrow_table()
    won_starts, won_steps = _lists(won["path"])
    open_starts, open_steps = _lists(seeking["path"])
    _, touched_at = _lists(seeking["touched_at"])
    reached_at = seeking["ended_at"].fill_null(_NEVER).to_numpy()
    return Stage(
        known,
        lookback_days * _DAY,
        won.num_rows,
        np.concatenate((won_starts, open_starts[1:] + won_starts[-1])),
        np.concatenate((won_steps, open_steps)),
        np.concatenate((np.zeros(len(won_steps), dtype=np.int64), touched_at)),
        np.concatenate((won["ended_at"].to_numpy(), reached_at)),
        np.concatenate((won["cents"].to_numpy(), np.zeros(seeking.num_rows, dtype=np.int64))),
    )


def fingerprint(paths: Paths) -> str:
    """Return a digest of the journeys: equal for equal ones, whoever travelled them."""
    digest = hashlib.sha256("\0".join(paths.channels).encode())
    for held in (paths.starts, paths.steps, paths.conversions, paths.nulls, paths.value):
        digest.update(held.astype(np.float64).tobytes())
    return digest.hexdigest()


def _counted(
    known: tuple[str, ...], starts: Integers, steps: Integers, converts: Any, cents: Integers
) -> Paths:
    """Return journeys as distinct paths in their order, over the channels that occur."""
    found, steps = np.unique(steps, return_inverse=True)
    text = steps.astype(">u4").tobytes()
    numbers: dict[bytes, int] = {}
    taken = np.array(
        [
            numbers.setdefault(text[first:end], len(numbers))
            for first, end in pairwise((starts * 4).tolist())
        ],
        dtype=np.int64,
    )
    paths = sorted(numbers)
    rank = np.empty(len(paths), dtype=np.int64)
    rank[[numbers[path] for path in paths]] = np.arange(len(paths))
    sums = [
        np.bincount(rank[taken], each, minlength=len(paths))
        for each in (converts, ~converts, cents)
    ]
    return Paths(
        tuple(known[place] for place in found),
        np.concatenate(([0], np.cumsum([len(path) // 4 for path in paths], dtype=np.int64))),
        np.frombuffer(b"".join(paths), dtype=">u4").astype(np.int32),
        sums[0].astype(np.int64),
        sums[1].astype(np.int64),
        sums[2] / 100,
    )


def _lists(column: pa.ChunkedArray) -> tuple[Integers, Integers]:
    """Return where each list starts, and what they hold; a null is an empty list."""
    lists = column.combine_chunks()
    offsets = np.asarray(lists.offsets, dtype=np.int64)
    values = np.asarray(lists.values)[offsets[0] : offsets[-1]] if len(offsets) else lists.values
    return offsets - offsets[0], np.asarray(values)


def _micros(instant: datetime) -> int:
    return int(instant.replace(tzinfo=UTC).timestamp()) * 1_000_000
