"""Names of people: case and blanks put right, titles apart, a whole name in one column split.

The role says which column it is: `first`, `last`, or `whole` where the other one is empty. Case is
put right only where a name is all small or all capital, as nobody but its bearer knows better.
A parser was the other way (nameparser, LGPL, 107 microseconds a name, made for columns that hold
whole names): here nearly every record has two columns, and what is left is words in an order.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hygiene.text import LONGEST, clean, fold, is_broken, mended
from hygiene.value import Normaliser, Value

_WORD = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)*", re.UNICODE)
# MacDonald is a name and Mackey is another, so of `Mac` nothing is made.
_MC = re.compile(r"^(mc)([a-z]{3,})$")


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: name_prefixes, _suffixes, _particles, _placeholders."""
    prefixes = {fold(each) for each in rules["name_prefixes"]}
    suffixes = {fold(each) for each in rules["name_suffixes"]}
    particles = set(rules["name_particles"])
    placeholders = {fold(each) for each in rules["name_placeholders"]}

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST])
        problem, suggestion = _problem(raw[:LONGEST], text)
        if problem:
            return Value(problem=problem, suggestion=suggestion)
        if _is_placeholder(fold(text), placeholders):
            return Value(problem="placeholder")
        words = text.split(" ")
        if context == "whole" and text.count(",") == 1:
            last, first = (part.split() for part in text.split(","))
            if first and not all(fold(each) in suffixes for each in first):
                words = [*first, *last]
        words = [each.strip(",") for each in words if each.strip(",")]
        before, words = _apart(words, prefixes)
        after, words = _apart(words[::-1], suffixes)
        words = words[::-1]
        if not words:
            return Value(problem="only_a_title")
        # Composed again: a small letter may be written in two parts where its capital is one.
        cased = clean(" ".join(_cased(words, particles, is_last=context == "last"))).split(" ")
        split = _split(cased, particles) if context == "whole" else {}
        return Value(
            " ".join(cased),
            "whole_name_in_one_column" if split.get("last_name") else None,
            None,
            {"prefix": _joined(before), "suffix": _joined(after[::-1]), **split},
        )

    return normalise


def _problem(raw: str, text: str) -> tuple[str | None, str | None]:
    if not text:
        return "empty", None
    if "@" in text:
        return "holds_address", None
    if "://" in text or "www." in text.lower():
        return "holds_link", None
    if is_broken(raw):
        return "broken_encoding", mended(raw)
    if not any(each.isalpha() for each in text):
        return "no_letters", None
    if any(each.isdigit() for each in text):
        return "holds_digits", None
    return None, None


def _is_placeholder(key: str, placeholders: set[str]) -> bool:
    """Whether a name was typed to get through: a word for none, or one letter over and over."""
    return key in placeholders or (len(key) > 2 and len(set(key)) == 1 and key.isascii())


def _apart(words: Sequence[str], titles: set[str]) -> tuple[list[str], list[str]]:
    """Words at the beginning that are titles, and the rest, which keeps one word."""
    place = 0
    while place < len(words) - 1 and fold(words[place]).replace(" ", "") in titles:
        place += 1
    return list(words[:place]), list(words[place:])


def _cased(words: Sequence[str], particles: set[str], *, is_last: bool) -> list[str]:
    together = "".join(words)
    is_plain = together == together.lower() or together == together.upper()
    # Two capitals are the initials of a first name, and a last name like Xu or Li.
    if not is_plain or (together == together.upper() and len(together) <= 2 and not is_last):
        return list(words)
    return [
        each.lower()
        if each.lower() in particles and place < len(words) - 1 and (place or is_last)
        else _WORD.sub(lambda found: _capital(found.group()), each)
        for place, each in enumerate(words)
    ]


def _capital(word: str) -> str:
    low = word.lower()
    matched = _MC.match(low)
    if matched:
        return f"Mc{matched.group(2).capitalize()}"
    head, mark, tail = (
        re.split(r"(['’`])", low, maxsplit=1) if re.search("['’`]", low) else (low, "", "")
    )
    # O'Neil and D'Angelo, but a possessive or a glottal stop stays small.
    tail = tail.capitalize() if len(head) == 1 and len(tail) > 1 else tail
    return f"{head.capitalize()}{mark}{tail}"


def _split(words: Sequence[str], particles: set[str]) -> dict[str, str | None]:
    """The last word is the last name, with the particles before it."""
    if len(words) == 1:
        return {"first_name": words[0], "last_name": None}
    place = len(words) - 1
    while place > 1 and words[place - 1].lower() in particles:
        place -= 1
    return {"first_name": " ".join(words[:place]), "last_name": " ".join(words[place:])}


def _joined(words: Sequence[str]) -> str | None:
    return " ".join(words) or None
