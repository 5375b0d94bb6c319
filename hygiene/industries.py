"""Industries -> one list, by the map of config/industries.yml: the picklists of CRMs and the words
that people use in their place."""

from collections.abc import Mapping
from typing import Any

from hygiene.text import LONGEST, clean, fold
from hygiene.value import Normaliser, Value


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: `industries` of industry and the names it goes by."""
    known: dict[str, str] = {}
    for each in rules["industries"]:
        for name in (each["industry"], *each["names"]):
            known.setdefault(_key(name), each["industry"])

    def normalise(raw: str, context: str = "") -> Value:
        key = _key(clean(raw[:LONGEST]))
        if not key:
            return Value(problem="empty")
        found = known.get(key)
        return Value(found, None if found else "unknown_industry")

    return normalise


def _key(text: str) -> str:
    return " ".join(each for each in fold(text).split() if each not in ("and", "or", "the"))
