"""Faults inside the rows of an answer, in whatever shape its vendor sends them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

Row = dict[str, Any]
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$")
_MARK = "@@a-faulty-value@@"


def _leaves(row: Row) -> Iterator[tuple[Row, str]]:
    """Yield the scalars of a row as (the object that holds one, its name), ids left out."""
    for name, value in list(row.items()):
        if isinstance(value, dict):
            yield from _leaves(value)
        elif not isinstance(value, list) and not name.lower().endswith(("id", "urn")):
            yield row, name


def _instants(row: Row) -> list[tuple[Row, str]]:
    return [(held, name) for held, name in _leaves(row) if _INSTANT.match(str(held[name]))]


def _first(row: Row, wanted: type) -> list[tuple[Row, str]]:
    dated = _instants(row)
    found = [each for each in _leaves(row) if type(each[0][each[1]]) is wanted]
    return [each for each in found if each not in dated][:1]


def _with_instants(value: Any) -> Callable[[list[Row]], None]:
    def spoil(rows: list[Row]) -> None:
        for held, name in _instants(rows[0]):
            held[name] = value

    return spoil


def _with(wanted: type, value: Any) -> Callable[[list[Row]], None]:
    def spoil(rows: list[Row]) -> None:
        for held, name in _first(rows[0], wanted):
            held[name] = value

    return spoil


def _without_instants(rows: list[Row]) -> None:
    for held, name in _instants(rows[0]):
        del held[name]


def _without_a_column(rows: list[Row]) -> None:
    for row in rows:
        for held, name in _first(row, str):
            del held[name]


def _all_null(rows: list[Row]) -> None:
    for row in rows:
        for held, name in _first(row, str):
            held[name] = None


def _with_older_twin(rows: list[Row]) -> None:
    twin = orjson.loads(orjson.dumps(rows[0]))
    for held, name in _instants(twin):
        held[name] = "2020-01-01T00:00:00+00:00"
    rows.append(twin)


def _colliding(rows: list[Row]) -> None:
    for held, name in _first(rows[0], str):
        held[name.upper()] = held[name.title()] = "another"


def _wide(rows: list[Row]) -> None:
    rows[0].update({f"field{number}": number for number in range(300)})


def _deep(rows: list[Row]) -> None:
    value: Any = 1
    for _ in range(60):
        value = {"a": value}
    rows[0]["deep"] = value


SPOIL: dict[str, Callable[[list[Row]], None]] = {
    "instant_9999": _with_instants("9999-12-31T23:59:59+00:00"),
    "instant_10000": _with_instants("10000-01-01T00:00:00+00:00"),
    "instant_year_one": _with_instants("0001-01-01T00:00:00+00:00"),
    "instant_zero_date": _with_instants("0000-00-00"),
    "instant_epoch": _with_instants("1970-01-01T00:00:00+00:00"),
    "instant_free_text": _with_instants("last Tuesday"),
    "instant_number": _with_instants(1_780_000_000_000),
    "instant_null": _with_instants(None),
    "instant_missing": _without_instants,
    "older_twin": _with_older_twin,
    "text_for_number": _with(int, "many"),
    "fraction_for_number": _with(int, 1.5),
    "number_past_64_bits": _with(int, 2**63),
    "list_for_scalar": _with(str, ["a", "b"]),
    "object_for_scalar": _with(str, {"now": "nested"}),
    "megabyte": _with(str, "x" * 1024**2),
    "sql_in_value": _with(str, "'); drop schema ingest cascade; --"),
    "column_vanishes": _without_a_column,
    "column_all_null": _all_null,
    "colliding_keys": _colliding,
    "wide_row": _wide,
    "deep_json": _deep,
}
# What no JSON library would write is put into the bytes.
BYTES: dict[str, bytes] = {
    "nul_byte": rb'"a\u0000b"',
    "lone_surrogate": rb'"\ud800"',
    "not_a_number": b"NaN",
    "money_past_doubles": b"12345678901234567.89",
    "duplicate_json_key": b'"a", "a_repeated_name": 1, "a_repeated_name": 2',
}
NAMES = (*SPOIL, *BYTES, "byte_order_mark")


def spoil_rows(name: str, body: Any, rows: list[Row]) -> bytes:
    """Return the answer's bytes with its rows as the fault leaves them."""
    if name == "byte_order_mark":
        return b"\xef\xbb\xbf" + orjson.dumps(body)
    if name in BYTES:
        if rows:
            _with(str, _MARK)(rows)
        return orjson.dumps(body).replace(f'"{_MARK}"'.encode(), BYTES[name])
    if rows:
        SPOIL[name](rows)
    return orjson.dumps(body)
