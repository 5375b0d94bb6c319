"""What comes over the wire: exact JSON, and the little that an error answer tells."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import requests


class ExactFloat(float):
    """A JSON fraction that remembers its text: a float's binary tail is not money."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Return the number, with the text it came from."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


# The key under which a repeated or colliding field name is reported to the load.
COLLISION = "\x00collision"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        found[COLLISION] = "a repeated field name"
    # A field under a broken name is a field that is missing, and its row cannot say so.
    if broken := next((name for name in found if not is_text(name)), None):
        raise ValueError(f"the field name {broken!r} is no UTF-8")
    return found


def is_text(value: str) -> bool:
    """Return whether UTF-8 can write it: a lone surrogate is half a letter, or a broken byte."""
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_json(content: bytes) -> Any:
    """Return the JSON of a body.

    Fractions keep their text, repeated names are marked, and broken UTF-8 becomes lone
    surrogates, which send the row to quarantine. Raises ValueError where it is no JSON, or a name
    is broken.

    The fast parser loses the text of fractions, long numbers and repeated names, and says nothing:
    what it reads is believed where the body can hold none of them.
    """
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _read_oddly(content)
    again = orjson.dumps(found)
    is_same = again == content
    if not is_same and (any(each in content for each in _HIDING) or _names(content, again)):
        return _read_oddly(content)
    if is_same:
        # It writes a number as Python does, but for exponents and for what is next to nothing.
        may_differ = b"0.0000" in content or _has_exponents(content)
    else:
        may_differ = _has_fractions(content) or _has_long_numbers(content)
    return json.loads(content, parse_float=_fraction) if may_differ else found


def _read_oddly(content: bytes) -> Any:
    text = content.decode("utf-8-sig", errors="surrogateescape")
    return json.loads(text, parse_float=ExactFloat, object_pairs_hook=_object)


# A name ends in `":`, and so may a text: escaped quotes stay as they are on both sides, but for
# these spellings, and but for space before a colon, a name too few could be a text too many.
_HIDING = (b"\\u0022", b"\\u003a", b"\\u003A", b" :", b"\n:", b"\r:", b"\t:")
# Of a body without digits, signs and space a fraction leaves `,.,`, one with an exponent `,..,`.
_BETWEEN = bytes.maketrans(b":[]}eE", b",,,,..")
_LEFT_OUT = b"0123456789-+ \n\r\t"
# A number past 64 bits has 19 digits or more, after a colon, a bracket or a comma.
_DIGITS = bytes.maketrans(b"123456789:[", b"000000000,,")
_LONG = b"," + b"0" * 19


def _names(content: bytes, again: bytes) -> bool:
    """Whether two spellings of a body differ in how many names its objects have."""
    return content.count(b'":') != again.count(b'":')


def _has_fractions(content: bytes) -> bool:
    between = b",%b," % content.translate(_BETWEEN, _LEFT_OUT)
    return b",.," in between or b",..," in between


def _has_exponents(content: bytes) -> bool:
    between = b",%b," % content.translate(_BETWEEN, _LEFT_OUT + b".")
    return b",.," in between


def _has_long_numbers(content: bytes) -> bool:
    return _LONG in b",%b" % content.translate(_DIGITS, b"- \n\r\t")


def _fraction(text: str) -> float:
    """Return a plain number where it shows as its text does, which is what takes no time."""
    number = float(text)
    return number if repr(number) == text else ExactFloat(text)


def json_of(answer: requests.Response) -> Any:
    """Return the JSON of an answer; raises ValueError where it is none."""
    return read_json(answer.content)


@dataclass(frozen=True)
class Reply:
    """An answer that is no JSON: its bytes, and its headers whatever their case."""

    content: bytes
    headers: Mapping[str, str]

    @classmethod
    def of(cls, answer: requests.Response) -> Self:
        """Return what matters of the answer."""
        return cls(answer.content, answer.headers)


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or default}"


# What PHP prints before the body where a site shows its errors, with or without tags.
_PHP = re.compile(
    rb"\s*(<br ?/?>\s*)*(<b>)?(PHP )?(Warning|Notice|Deprecated|(Fatal|Parse) error)\b"
)


def not_json(answer: requests.Response) -> str:
    """Return what came where JSON was due."""
    kind = "a page of HTML" if answer.content.lstrip()[:1] == b"<" else "a cut or broken body"
    if _PHP.match(answer.content):
        kind = "PHP's own warnings before it, which the site should log and not show,"
    return f"it answered {answer.status_code} with {kind} instead of JSON"


def said(answer: requests.Response) -> str:
    """Return the vendor's own words, at most 200 characters of them."""
    try:
        body = read_json(answer.content)
    except (ValueError, RecursionError):
        return ""
    if isinstance(body, list) and body:
        # Salesforce lists its errors.
        body = body[0]
    if not isinstance(body, dict):
        return ""
    nested = body.get("error") if isinstance(body.get("error"), dict) else {}
    # Asana lists its errors under a name.
    listed = body.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else {}
    named = first.get("message") if isinstance(first, dict) else None
    told = (body.get("message"), body.get("detail"), _closer(nested), nested.get("message"), named)
    for words in told:
        if isinstance(words, str):
            return words[:200]
    return ""


def _closer(error: dict[str, Any]) -> Any:
    """Return the words of the first of Google's detailed errors: the outer ones are the same."""
    for detail in error.get("details") or []:
        for each in (detail.get("errors") or []) if isinstance(detail, dict) else []:
            if isinstance(each, dict):
                return each.get("message")
    return None


def scopes(body: Any) -> set[str]:
    """Return every scope named anywhere in an error body."""
    found: set[str] = set()
    if isinstance(body, dict):
        for name, value in body.items():
            if "scope" in name.lower() and isinstance(value, list):
                found |= {str(each) for each in value}
            else:
                found |= scopes(value)
    if isinstance(body, list):
        for each in body:
            found |= scopes(each)
    return found


def until(moment: str, sent: str) -> float:
    """Return the seconds between two HTTP dates, 0 where either is none."""
    try:
        return (parsedate_to_datetime(moment) - parsedate_to_datetime(sent)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
