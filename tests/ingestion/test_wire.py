"""The fast reading of JSON may never differ from the exact one: it would lose digits or names."""

import json
import string
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.wire import COLLISION, ExactFloat, read_json

TEXTS = st.text(string.ascii_letters + '"\\:{}[], .eE-+0123456789ä€\n', max_size=12)
NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,21})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
)


def exactly(content: bytes) -> Any:
    """Return what the exact reader says: slow, and without a word of the fast one."""

    def named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        return found if len(found) == len(pairs) else {**found, COLLISION: "a repeated field name"}

    text = content.decode("utf-8-sig", errors="surrogateescape")
    return json.loads(text, parse_float=ExactFloat, object_pairs_hook=named)


def shown(value: Any) -> Any:
    """Return a value with its kind and its text, numbers as a text column would hold them."""
    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shown(each) for each in value]
    return isinstance(value, float), isinstance(value, bool), str(value)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """JSON text by hand: names repeat, numbers may be any, space stands anywhere."""
    space = st.sampled_from(["", "", "", " ", "\n", "\t "])
    spelled = st.sampled_from(["", "", '":', "ab"])

    def text() -> str:
        escaped = draw(spelled)
        letters = [
            f"\\u{ord(letter):04x}" if letter in escaped else json.dumps(letter)[1:-1]
            for letter in draw(TEXTS)
        ]
        return f'"{"".join(letters)}"'

    def value(depth: int) -> str:
        few = range(draw(st.integers(0, 3)))
        match draw(st.integers(0, 6 if depth < 3 else 4)):
            case 0 | 1:
                found = draw(NUMBERS)
            case 2 | 3:
                found = text()
            case 4:
                found = draw(st.sampled_from(["true", "false", "null"]))
            case 5:
                found = f"[{','.join(value(depth + 1) for _ in few)}]"
            case _:
                found = f"{{{','.join(f'{name()}:{value(depth + 1)}' for _ in few)}}}"
        return f"{draw(space)}{found}{draw(space)}"

    def name() -> str:
        held = draw(st.sampled_from(['"a"', '"b"', ""])) or text()
        return f"{draw(space)}{held}{draw(space)}"

    return value(0).encode("utf-8", "surrogatepass")


@settings(max_examples=600, deadline=None)
@given(bodies())
def test_a_body_is_read_as_exactly_as_by_the_slow_reader(content: bytes) -> None:
    assert shown(read_json(content)) == shown(exactly(content))


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**64 - 1))
)
def test_a_number_as_the_fast_writer_spells_it_keeps_its_text(numbers: list[float]) -> None:
    content = orjson.dumps({"numbers": numbers})
    assert shown(read_json(content)) == shown(exactly(content))


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":2},"c":[]}',
        b'{"a" :1,"b":1,"b":2}',
        b'{"a":1,"a":2,"s":"\\"\\u003a"}',
        b'{"a":1,"a":2,"s":"\\u0022:"}',
        b'{"a":12345678901234567890}',
        b"[-9223372036854775809]",
        b'{"a": 12345678901234567890 }',
        b'{"a":12.50}',
        b'{"a":0.00005}',
        b'{"a":1e16}',
        b"[0.1,\n2]",
        b"1.10",
        b'{"t":"\xff"}',
        b'{"t":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b"[NaN]",
        b'{"t":"a,.,b","n":7}',
    ],
)
def test_what_the_fast_reader_would_lose_is_kept(content: bytes) -> None:
    assert shown(read_json(content)) == shown(exactly(content))


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"a":1', b"nothing"])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_json(content)


@pytest.mark.parametrize("body", [b'{"\xffuthor": 1}', b'[{"a": {"\\ud800b": 1}}]'])
def test_a_broken_field_name_is_no_field_that_may_be_missing(body: bytes) -> None:
    with pytest.raises(ValueError, match="is no UTF-8"):
        read_json(body)


def test_a_broken_value_is_kept_for_the_quarantine() -> None:
    assert read_json(b'{"author": "\xff"}') == {"author": "\udcff"}
