"""Rows typed a column at a time: the same rows, reasons and drift as `type_rows`, at a tenth.

Arrow casts a whole column where every value is of the kind that vendors send for its type. Rows
with any other value are judged one by one, by the same code that judges every row elsewhere.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from ingestion.contract import Column, ColumnType, Table
from ingestion.convert import BadValueError, json_text
from ingestion.shape import snake
from ingestion.typed import ARROW, Judge, Typed, arrow_schema, converter, note_extra
from ingestion.wire import COLLISION, ExactFloat

# Its functions are made when it is imported: no checker of types sees them.
pc: Any = pyarrow.compute
Values = Sequence[Any]
Fast = Callable[[Values, set[type]], pa.Array | None]
_TEXT, _UTC, _NAIVE = pa.string(), pa.timestamp("us", tz="UTC"), pa.timestamp("us")
_FIRST, _LAST = (datetime(year, 1, 1) for year in (1900, 2200))
_NO_FIT = (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError)


def type_columns(
    table: Table, rows: list[dict[str, Any]], first_seq: int, latest: datetime | None = None
) -> tuple[pa.Table, Typed]:
    """Return the good rows as arrow in the order they came, and what `type_rows` tells besides."""
    judge, out = Judge.of(table, latest), Typed()
    schema = arrow_schema(table)
    shapes = set(map(tuple, rows))
    out.seen = {name for shape in shapes for name in shape if name in judge.declared}
    values = _transposed(rows, shapes, judge.declared)
    odd: set[int] = set()
    arrays: dict[str, pa.Array] = {}
    for column in table.columns:
        arrays[column.name], unfit = _column(column, values.get(column.name), len(rows))
        odd.update(unfit)
    odd.update(_misplaced(table, arrays, latest))
    extras = _extras(table, rows, shapes, judge.declared, odd)
    arrays["_extra"] = pa.array(_texts(rows, extras, odd), _TEXT)
    arrays["_seq"] = pa.array(np.arange(first_seq, first_seq + len(rows)))
    deleted = arrays.get("is_deleted")
    arrays["is_deleted"] = (
        pa.array(np.zeros(len(rows), dtype=bool)) if deleted is None else deleted.fill_null(False)
    )
    found = pa.Table.from_arrays([arrays[each.name] for each in schema], schema=schema)
    for place, names in extras.items():
        if place not in odd:
            for name in names:
                note_extra(out.drift, name, 1)
    return _judged(found, rows, odd, first_seq, judge, out), out


def _judged(
    found: pa.Table,
    rows: list[dict[str, Any]],
    odd: set[int],
    first_seq: int,
    judge: Judge,
    out: Typed,
) -> pa.Table:
    """Return the rows less the odd ones, of which those that are good after all come back."""
    if not odd:
        return found
    keep = np.ones(len(rows), dtype=bool)
    keep[list(odd)] = False
    for place in sorted(odd):
        judge.take(rows[place], first_seq + place, out)
    good = pa.Table.from_pylist(out.rows, schema=found.schema)
    out.rows = []
    kept = found.filter(pa.array(keep))
    return pa.concat_tables([kept, good]).sort_by("_seq") if len(good) else kept


def _transposed(
    rows: list[dict[str, Any]], shapes: set[tuple[str, ...]], declared: frozenset[str]
) -> dict[str, Values]:
    """Return the values of each declared column that any row names."""
    if len(shapes) == 1:
        (shape,) = shapes
        return dict(zip(shape, zip(*map(dict.values, rows), strict=True), strict=True))
    named = {name for shape in shapes for name in shape if name in declared}
    return {name: [row.get(name) for row in rows] for name in named}


def _column(column: Column, values: Values | None, size: int) -> tuple[pa.Array, Iterable[int]]:
    """Return a column, and the places of the values that are to be judged with their row."""
    type_ = ARROW[column.type]
    kinds = set(map(type, values or ())) - {type(None)}
    if values is None or not kinds:
        return pa.nulls(size, type_), ()
    if not column.words:
        try:
            found = _FAST[column.type](values, kinds)
        except _NO_FIT:
            found = None
        if found is not None:
            return found, ()
    return _by_value(column, values, kinds, type_)


def _by_value(
    column: Column, values: Values, kinds: set[type], type_: pa.DataType
) -> tuple[pa.Array, Iterable[int]]:
    """Convert value by value, equal texts once: days, words and flags repeat."""
    convert = converter(column)
    odd: list[int] = []
    if kinds == {str}:
        known: dict[str | None, Any] = {None: None}
        unfit = {text for text in set(values) if not _learn(known, text, convert)}
        if unfit:
            odd = [place for place, value in enumerate(values) if value in unfit]
        return pa.array(list(map(known.get, values)), type_), odd
    found = []
    for place, value in enumerate(values):
        learned: dict[Any, Any] = {}
        if value is not None and not _learn(learned, value, convert, 0):
            odd.append(place)
        found.append(learned.get(0))
    return pa.array(found, type_), odd


def _learn(
    known: dict[Any, Any], value: Any, convert: Callable[[Any], Any], name: Any = None
) -> bool:
    """Note what a value becomes; return whether its row needs no closer look."""
    if value is None:
        return True
    if isinstance(value, str) and "\x00" in value:
        return False
    try:
        known[value if name is None else name] = convert(value)
    except BadValueError:
        return False
    return True


def _misplaced(table: Table, arrays: dict[str, pa.Array], latest: datetime | None) -> Iterable[int]:
    """Return the places of rows without a key, or ahead of now."""
    for name in table.key:
        if arrays[name].null_count:
            yield from np.flatnonzero(arrays[name].is_null()).tolist()
    if table.order and latest:
        ahead = pc.greater(arrays[table.order], pa.scalar(latest, _NAIVE)).fill_null(False)
        yield from np.flatnonzero(ahead).tolist()


def _extras(
    table: Table,
    rows: list[dict[str, Any]],
    shapes: set[tuple[str, ...]],
    declared: frozenset[str],
    odd: set[int],
) -> dict[int, tuple[str, ...]]:
    """Return the undeclared fields by place; rows in which two names collide become odd."""
    left_out = declared.union(table.ignored)
    more = {shape: tuple(name for name in shape if name not in left_out) for shape in shapes}
    if not any(more.values()):
        return {}
    colliding = {shape for shape, names in more.items() if _collide(shape, names)}
    found = {}
    for place, row in enumerate(rows):
        shape = tuple(row)
        if shape in colliding:
            odd.add(place)
        elif more[shape]:
            found[place] = more[shape]
    return found


def _collide(shape: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return COLLISION in shape or any(snake(name) != name and snake(name) in shape for name in names)


def _texts(
    rows: list[dict[str, Any]], extras: dict[int, tuple[str, ...]], odd: set[int]
) -> list[str | None]:
    texts: list[str | None] = [None] * len(rows)
    for place, names in extras.items():
        try:
            texts[place] = json_text({name: rows[place][name] for name in names})
        except BadValueError:
            odd.add(place)
    return texts


def _text(values: Values, kinds: set[type]) -> pa.Array | None:
    if kinds != {str}:
        return None
    found = pa.array(values, _TEXT)
    data = found.buffers()[2] if isinstance(found, pa.Array) else None
    # A NUL is taken out and counted, so its row is looked at.
    has_nul = data is not None and not np.frombuffer(data, np.uint8).all()
    return None if has_nul else found


def _bigint(values: Values, kinds: set[type]) -> pa.Array | None:
    if kinds == {int}:
        return pa.array(values, pa.int64())
    found = _text(values, kinds)
    if found is None or not pc.all(pc.ascii_is_decimal(found)).as_py():
        return None
    return found.cast(pa.int64())


def _double(values: Values, kinds: set[type]) -> pa.Array | None:
    if not kinds <= {int, float, ExactFloat}:
        return None
    found = pa.array(values, pa.float64())
    return found if pc.all(pc.is_finite(found)).as_py() else None


def _bool(values: Values, kinds: set[type]) -> pa.Array | None:
    return pa.array(values, pa.bool_()) if kinds == {bool} else None


def _amount(scale: int) -> Fast:
    plain = rf"^-?[0-9]{{1,{18 - scale}}}(\.[0-9]{{1,{scale}}})?$"

    def checked(values: Values, kinds: set[type]) -> pa.Array | None:
        found = _text(values, kinds)
        fits = found is not None and pc.all(pc.match_substring_regex(found, plain)).as_py()
        return found if fits else None

    return checked


def _timestamp(values: Values, kinds: set[type]) -> pa.Array | None:
    """ISO texts that all name a zone, or none of which does; Arrow reads a part of what we do."""
    texts = _text(values, kinds)
    if texts is None:
        return None
    try:
        found = texts.cast(_UTC).cast(_NAIVE)
    except pa.ArrowInvalid:
        found = texts.cast(_NAIVE)
    ends = pc.min_max(found)
    return found if ends["min"].as_py() >= _FIRST and ends["max"].as_py() < _LAST else None


def _never(values: Values, kinds: set[type]) -> pa.Array | None:
    return None


_FAST: dict[ColumnType, Fast] = {
    "text": _text,
    "json": _text,
    "bigint": _bigint,
    "double": _double,
    "decimal": _never,
    "money": _amount(2),
    "micros": _amount(6),
    "bool": _bool,
    "timestamp": _timestamp,
    "date": _never,
}
