"""Countries: any usual spelling in any large language -> ISO 3166-1, two letters.

Names are CLDR's (babel, which dbt brings along) in the languages below; what people write and CLDR
does not is in `country_aliases` of config/normalisation.yml and comes first.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from hygiene.text import LONGEST, clean, fold
from hygiene.value import Normaliser, Value

# CLDR's territories that are no countries of ISO 3166-1 (and XK, which everybody uses).
_NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # noqa: SIM905
# One country in one language shadows none in another: English first, then by use in CRMs.
LANGUAGES = (
    "en de fr es it pt nl sv da nb fi pl cs sk hu ro bg el tr ru uk ar he hi bn id ms vi th ja ko"
    " zh zh_Hant hr sr sr_Latn sl et lv lt ca eu gl ga cy is fa ur ta te mr sw af sq mk bs az ka hy"
    " kk"
)
_INDICATOR_A = 0x1F1E6


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: `country_aliases` of name and country_code."""
    aliases = {fold(each["name"]): each["country_code"] for each in rules["country_aliases"]}

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST])
        key = fold(text)
        if not key:
            flag = _flag(text)
            return Value(flag) if flag else Value(problem="empty")
        found = aliases.get(key) or _code(key)
        if found:
            return Value(found)
        named = _names().get(key, ())
        if len(named) == 1:
            return Value(named[0])
        if named:
            return Value(problem="ambiguous_country")
        # `Berlin, Germany` probably means the last; it is said and not taken.
        last = fold(text.rpartition(",")[2])
        meant = (aliases.get(last) or _code(last) or _single(last)) if "," in text else None
        return Value(problem="unknown_country", suggestion=meant)

    return normalise


def codes() -> frozenset[str]:
    """Return the codes of all countries."""
    names = [str(each) for each in Locale("en").territories]
    return frozenset(each for each in names if len(each) == 2 and each.isalpha()) - _NO_COUNTRIES


@lru_cache(1)
def _codes() -> Mapping[str, str]:
    """Codes of two and three letters, lower case, to those of two."""
    known = codes()
    found = {each.lower(): each for each in known}
    for code, meant in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and len(meant) == 1 and meant[0] in known:
            found.setdefault(code.lower(), meant[0])
    return found


def _code(key: str) -> str | None:
    return _codes().get(key)


@lru_cache(1)
def _names() -> Mapping[str, Sequence[str]]:
    known = codes()
    found: dict[str, list[str]] = {}
    english: set[str] = set()
    for language in LANGUAGES.split():
        try:
            territories = Locale.parse(language).territories
        except UnknownLocaleError:
            continue
        for code, name in territories.items():
            for key in {fold(name), fold(name.partition("(")[0])} - {""}:
                if code in known and key not in english and code not in found.get(key, []):
                    found.setdefault(key, []).append(code)
        if language == "en":
            english = set(found)
    return found


def _single(key: str) -> str | None:
    named = _names().get(key, ())
    return named[0] if len(named) == 1 else None


def _flag(text: str) -> str | None:
    letters = [ord(each) - _INDICATOR_A for each in text]
    if len(letters) != 2 or not all(0 <= each < 26 for each in letters):
        return None
    return _code("".join(chr(ord("a") + each) for each in letters))
