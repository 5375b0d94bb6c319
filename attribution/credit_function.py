"""attribution.credit as a function of DuckDB's SQL, on whole chunks of rows at a time.

    credit_touches(touches, half_life_days, native_units, reporting_units, rules, fit_table)

takes a journey a row, with its touches in order of their instants, then their ids, and returns a
list of its touches, in each a list of its credits by every one of the rules. The rules are the same
on all rows, and the fit table holds what each channel weighs in each of the fits that are in force
for the journey. Both are JSON texts, so that no list of lists is copied for every row.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from attribution import credit
from attribution.paths import Doubles, Integers

NAME = "credit_touches"
_TOUCHES = """struct(
    touch_order bigint, touch_position bigint, age_days double, is_direct boolean,
    is_lead_creation boolean, is_opportunity_creation boolean, is_close boolean,
    channel_no bigint
)[]"""
_CREDITS = "struct(weight double, micros bigint, native_units bigint, reporting_units bigint)[][]"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the function known to the connection and its cursors."""
    connection.create_function(
        NAME,
        _credited,
        [_TOUCHES, "double", "bigint", "bigint", "varchar", "varchar"],
        _CREDITS,
        type=PythonUDFType.ARROW,
        # A null would else skip the function, and the journey would have no credit.
        null_handling=FunctionNullHandling.SPECIAL,
    )


def _credited(
    touches: Any,
    half_life_days: Any,
    native_units: Any,
    reporting_units: Any,
    rules: Any,
    fit_table: Any,
) -> pa.Array:
    """Return the credits of a chunk of journeys.

    Raises ValueError on a null, and on a journey without a touch.
    """
    lists = _whole(touches)
    starts = _starts(lists)
    if len(starts) > 1 and np.diff(starts).min() == 0:
        raise ValueError("a journey has no touch to credit")
    held = lists.flatten()
    journeys = credit.Journeys(
        starts,
        _numbers(held.field("touch_position")),
        _numbers(held.field("age_days")),
        _numbers(half_life_days),
        _numbers(held.field("is_direct")),
        _numbers(held.field("is_lead_creation")),
        _numbers(held.field("is_opportunity_creation")),
        _numbers(held.field("is_close")),
    )
    known = json.loads(rules[0].as_py()) if len(starts) > 1 else []
    fitted = sum(rule["rule"] == credit.FITTED for rule in known)
    found = credit.credits(
        journeys,
        known,
        _shares(
            _whole(fit_table),
            journeys.of_each_touch(np.arange(len(starts) - 1)),
            _numbers(held.field("channel_no")),
            fitted,
        ),
        _numbers(native_units),
        _numbers(reporting_units),
    )
    columns = (found.weight, found.micros, found.native, found.reporting)
    names = ("weight", "micros", "native_units", "reporting_units")
    credits = pa.StructArray.from_arrays([pa.array(each.T.ravel()) for each in columns], names)
    by_touch = np.arange(starts[-1] + 1, dtype=np.int32) * len(known)
    return pa.ListArray.from_arrays(
        pa.array(starts, pa.int32()), pa.ListArray.from_arrays(pa.array(by_touch), credits)
    )


def _shares(tables: Any, journey: Integers, channel: Integers, fitted: int) -> Doubles:
    """Return what each touch weighs in each of the fitted models, a column for each.

    `tables` are the fit tables of journeys as text, `channel` the numbers of the touches' channels
    in them; what they do not hold weighs 0.
    """
    if not (fitted and len(channel)):
        return np.zeros((len(channel), fitted))
    texts = tables.dictionary_encode()
    known = np.zeros((len(texts.dictionary), int(channel.max()) + 1, fitted))
    for number, text in enumerate(texts.dictionary.to_pylist()):
        for row in json.loads(text):
            if row["channel_no"] < known.shape[1]:
                known[number, row["channel_no"]] = row["touch_shares"]
    return known[_numbers(texts.indices)[journey], channel]


def _starts(lists: pa.ListArray) -> Integers:
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0]


def _numbers(array: Any) -> Any:
    whole = _whole(array)
    if whole.null_count:
        raise ValueError("a journey to credit holds a null")
    return whole.to_numpy(zero_copy_only=False)


def _whole(array: Any) -> Any:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
