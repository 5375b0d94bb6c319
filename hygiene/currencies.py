"""Currencies -> ISO 4217 (pycountry), of codes, names and symbols; `$` only with its country."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pycountry
from babel import Locale
from babel.core import get_global

from hygiene.text import LONGEST, clean, fold
from hygiene.value import Normaliser, Value


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: `currency_aliases`, each a name and its codes."""
    aliases = {
        clean(each["name"]).casefold(): tuple(each["currency_codes"])
        for each in rules["currency_aliases"]
    }

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST])
        if not text:
            return Value(problem="empty")
        known = _codes()
        if text.upper() in known:
            return Value(text.upper())
        meant = aliases.get(text.casefold()) or _names().get(fold(text), ())
        if len(meant) == 1:
            return Value(meant[0])
        here = [code for code in meant if code in _spent_in(context)]
        if len(here) == 1:
            return Value(here[0])
        return Value(problem="ambiguous_currency" if meant else "unknown_currency")

    return normalise


@lru_cache(1)
def _codes() -> frozenset[str]:
    return frozenset(each.alpha_3 for each in pycountry.currencies)


@lru_cache(1)
def _names() -> Mapping[str, tuple[str, ...]]:
    """Names in English, singular and plural, of the currencies in use."""
    named: dict[str, set[str]] = {}
    locale = Locale("en")
    for code in _codes():
        forms = locale._data["currency_names_plural"].get(code, {})
        for name in (locale.currencies.get(code, ""), *forms.values()):
            named.setdefault(fold(name), set()).add(code)
    named.pop("", None)
    return {name: tuple(sorted(codes)) for name, codes in named.items()}


def _spent_in(country: str) -> frozenset[str]:
    """The legal tender of a country today."""
    rows = get_global("territory_currencies").get(country, [])
    return frozenset(code for code, _, end, is_tender in rows if end is None and is_tender)
