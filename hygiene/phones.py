"""Telephone numbers -> E.164, read as dialled in the country of the record.

One way for all numbers: the library takes 25 to 60 microseconds, once for each distinct number, so
a shortcut for North America would save half a minute of a first load of a million and be a second
rule to keep equal to the first.
"""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from hygiene.text import LONGEST, clean
from hygiene.value import Normaliser, Value

_TWO = re.compile(
    r"[\d) ]{6,}\s*(?:[/;,|]|\bor\b|\boder\b|\bund\b|\band\b|&)\s*[+(\d][\d() .-]{5,}"
)
_LINES = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.VOIP: "voip",
}
_COUNTED = ("1234567890", "0123456789", "123456789", "12345678", "9876543210", "987654321")
_EXTENSION = re.compile(r"\s*(?:x|ext|durchwahl|poste|#).*$", re.IGNORECASE)
_SHORTEST, _LONGEST_DIGITS = 7, 15


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function; numbers need no rules of the user."""
    return normalise


def normalise(raw: str, context: str = "") -> Value:
    """Return the number in E.164 where it is one that can be given out, and its extension apart."""
    text = clean(raw[:LONGEST])
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    if not digits:
        return Value(problem="no_digits")
    if is_placeholder(digits, is_american=context in ("", "US", "CA")):
        return Value(problem="placeholder")
    if _TWO.search(text):
        return Value(problem="two_numbers")
    number = _parsed(text, context)
    if number is None:
        return Value(problem=_why_not(text, digits, context))
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(number):
        return Value(problem=_why_not(text, digits, context or "any"))
    if _is_rest(text, number):
        return Value(problem="too_short")
    if is_placeholder(str(number.national_number), is_american=number.country_code == 1):
        return Value(problem="placeholder")
    return Value(
        written,
        parts={
            "phone_country_code": phonenumbers.region_code_for_number(number),
            "extension": number.extension,
            "line_type": _LINES.get(phonenumbers.number_type(number), "unknown"),
        },
    )


def is_placeholder(digits: str, *, is_american: bool) -> bool:
    """Whether the digits were typed to get through: one digit over and over, or counting.

    In North America 555-0100 to 555-0199 are kept for fiction.
    """
    national = digits.lstrip("0")
    national = national[1:] if len(national) == 11 and national.startswith("1") else national
    if len(set(digits)) == 1 or len(set(national)) <= 1 or len(set(national[-7:])) == 1:
        return True
    is_fiction = is_american and len(national) == 10 and national[3:8] == "55501"
    return digits in _COUNTED or national in _COUNTED or is_fiction


def _parsed(text: str, country: str) -> PhoneNumber | None:
    """The number as its country dials it; 00 before it means abroad in most others."""
    found = None
    for written, region in ((text, country or None), (re.sub(r"^\s*\(?00", "+", text), None)):
        if region is None and not written.lstrip("( ").startswith(("+", "＋")):
            continue
        try:
            number = phonenumbers.parse(written, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
        found = found or number
    return found


def _is_rest(text: str, number: PhoneNumber) -> bool:
    """Whether few digits without area code or country only happen to be a number of a line.

    Where area codes are of any length a valid number may have five digits, in Germany one of twenty
    (40265), but what is typed so is the extension or the rest of one. Numbers of companies are as
    short by right (02000 in Norway, 14 046 in the Netherlands), as is a switchboard's with its area
    code (06 6982 in Rome).
    """
    is_whole = text.lstrip("( ").startswith(("+", "0"))
    if is_whole or phonenumbers.number_type(number) != PhoneNumberType.FIXED_LINE:
        return False
    usual = phonenumbers.example_number(phonenumbers.region_code_for_number(number) or "")
    shortest = min(_SHORTEST, len(str(usual.national_number))) if usual else 0
    return len(str(number.national_number)) < shortest


def _why_not(text: str, digits: str, country: str) -> str:
    if len(digits) < _SHORTEST:
        return "too_short"
    if len(digits) > _LONGEST_DIGITS:
        return "too_long"
    is_abroad = text.lstrip("( ").startswith(("+", "00"))
    return "invalid_number" if country or is_abroad else "country_unknown"
