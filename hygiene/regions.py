"""States and regions -> ISO 3166-2, within the country of the record.

Names and codes are those of ISO by pycountry; the names that English and abbreviations use are in
`region_aliases` of config/normalisation.yml. Without a country nothing is told: `GA` is a state of
one and a province of another. A name that two regions of a country share is not guessed.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pycountry

from hygiene.text import LONGEST, clean, fold
from hygiene.value import Normaliser, Value


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: `region_aliases` of name and region_code."""
    aliases = {
        (each["region_code"][:2], fold(each["name"])): each["region_code"]
        for each in rules["region_aliases"]
    }

    def normalise(raw: str, context: str = "") -> Value:
        key = fold(clean(raw[:LONGEST]))
        if not key:
            return Value(problem="empty")
        if not context:
            return Value(problem="country_unknown")
        found = aliases.get((context, key))
        if found:
            return Value(found)
        known = _regions(context)
        if not known:
            return Value(problem="country_without_regions")
        matched = known.get(key, frozenset())
        if len(matched) == 1:
            return Value(next(iter(matched)))
        return Value(problem="ambiguous_region" if matched else "unknown_region")

    return normalise


@lru_cache(300)
def _regions(country: str) -> Mapping[str, frozenset[str]]:
    """Folded code, part of a code or name -> the regions that bear it."""
    found: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for each in pycountry.subdivisions.get(country_code=country) or []:
        for key in {fold(each.code), fold(each.code.partition("-")[2])}:
            codes.setdefault(key, set()).add(each.code)
        # Names in two languages stand in brackets, or with an article behind a comma.
        names = [*re.split(r"[\[\](){}/]", each.name), each.name]
        for key in {fold(name) for name in (*names, names[0].partition(",")[0])} - {""}:
            found.setdefault(key, set()).add(each.code)
    # A code beats a name: ISO gives it once.
    return {key: frozenset(value) for key, value in (found | codes).items()}
