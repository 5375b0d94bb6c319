"""Names of companies: the legal form apart (cleanco), and a key that spellings share."""

from collections.abc import Mapping
from typing import Any

import cleanco

from hygiene.text import LONGEST, clean, fold, is_broken, mended
from hygiene.value import Normaliser, Value


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: company_placeholders and company_prefixes."""
    placeholders = {fold(each) for each in rules["company_placeholders"]}
    prefixes = tuple(rules["company_prefixes"])

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST])
        key = fold(text)
        if not text:
            return Value(problem="empty")
        if "@" in text:
            return Value(problem="holds_address")
        if is_broken(raw):
            return Value(problem="broken_encoding", suggestion=mended(raw[:LONGEST]))
        if not key.replace(" ", ""):
            return Value(problem="no_letters")
        if key in placeholders:
            return Value(problem="placeholder")
        base, form = _apart(text, prefixes)
        # `A & B`, `A and B` and `A B` are one company.
        shared = fold(base.replace("&", " ")).replace(" and ", " ").replace(" ", "")
        parts = {"base_name": base, "legal_form": form, "company_key": shared or None}
        return Value(text, parts=parts)

    return normalise


def _apart(text: str, prefixes: tuple[str, ...]) -> tuple[str, str | None]:
    """The name without its legal form, and the form; a name that is nothing else stays whole."""
    base = text
    while (shorter := cleanco.basename(base)) and shorter != base:
        base = shorter
    for each in prefixes:
        if base.startswith(each) and len(base) > len(each):
            rest = base[len(each) :].strip(' "«»')
            return (rest, each.strip()) if rest else (text, None)
    form = text[len(base) :].strip(" ,.-") if text.startswith(base) else ""
    return base, form or None
