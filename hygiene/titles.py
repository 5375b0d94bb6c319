"""Job titles -> seniority and function, by the rules of config/job_titles.yml, first match wins.

A rule is words: it holds where any of them stands in the title as whole words, without case and
accents. Seniority and function are told apart, as a title may say one and not the other.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hygiene.text import LONGEST, clean, fold, is_broken, mended
from hygiene.value import Normaliser, Value


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for these rules: seniority_rules and function_rules."""
    seniorities = _compiled(rules["seniority_rules"], "seniority")
    functions = _compiled(rules["function_rules"], "function")

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST])
        if is_broken(raw):
            return Value(problem="broken_encoding", suggestion=mended(raw[:LONGEST]))
        key = fold(text)
        if not key.replace(" ", "").strip("0123456789"):
            return Value(problem="empty" if not text else "no_letters")
        seniority, function = _first(seniorities, key), _first(functions, key)
        # Who has a field and no rank is one of those who do the work.
        seniority = seniority or ("individual" if function else None)
        problem = None if seniority else "unknown_job_title"
        parts = {"job_seniority": seniority, "job_function": function}
        return Value(text, problem, parts=parts)

    return normalise


def _compiled(rules: Iterable[Mapping[str, Any]], name: str) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(rf"\b(?:{'|'.join(_pattern(each) for each in rule['words'])})\b"), rule[name])
        for rule in rules
    ]


def _pattern(words: str) -> str:
    """Folded words; a star at either end stands for the rest of a word, as some are compounds."""
    return r"\s".join(_word(each) for each in words.split())


def _word(word: str) -> str:
    before, after = (r"\w*" if is_open else "" for is_open in (word[0] == "*", word[-1] == "*"))
    return f"{before}{re.escape(fold(word))}{after}"


def _first(rules: Iterable[tuple[re.Pattern[str], str]], key: str) -> str | None:
    return next((name for pattern, name in rules if pattern.search(key)), None)
