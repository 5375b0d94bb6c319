"""E-mail addresses that SQL finds odd: what is wrong with them, and what was probably meant.

Only these come here (`stg_hygiene__values` says what is odd); what the address's domain and local
part stand for is decided in SQL. No look-up ever asks the network.
"""

import re
from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email

from hygiene.text import LONGEST, clean
from hygiene.value import Normaliser, Value

_ADDRESS = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+")
_WRAPPED = re.compile(r"^.*<([^<>]*@[^<>]*)>.*$")
_WORDED = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}| at )\s*", re.IGNORECASE)
_DOTTED = re.compile(r"\s*(?:\(dot\)|\[dot\]|\{dot\}| dot )\s*", re.IGNORECASE)
_ENDS = " .,;:<>()[]{}'\"`"


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function; syntax needs no rules of the user."""
    return normalise


def normalise(raw: str, context: str = "") -> Value:
    """Return the address in lower case where it is one, else its problem and perhaps a repair."""
    if len(raw) > LONGEST:
        return Value(problem="too_long")
    text = clean(raw)
    if not text:
        return Value(problem="empty")
    address = _valid(text)
    if address:
        return Value(address)
    problem = _problem(text)
    return Value(problem=problem, suggestion=None if problem == "two_addresses" else _repair(text))


def _valid(text: str) -> str | None:
    try:
        found = validate_email(
            text, check_deliverability=False, allow_quoted_local=True, strict=True
        )
    except (EmailNotValidError, UnicodeError):
        return None
    return found.normalized.lower()


def _problem(text: str) -> str:
    local, _, domain = text.rpartition("@")
    checks = (
        ("no_at_sign", "@" not in text),
        ("display_name", _WRAPPED.match(text) is not None or text.lower().startswith("mailto:")),
        ("two_addresses", len(_ADDRESS.findall(text)) > 1),
        ("two_at_signs", "@" in local),
        ("no_local_part", not local.strip()),
        ("no_domain", not domain.strip()),
        ("blank_inside", " " in text),
        ("too_long", len(text) > 254 or len(local) > 64),
        ("double_dot", ".." in text),
        ("stray_dot", local[:1] == "." or local[-1:] == "." or domain[:1] == "."),
        ("ip_address", domain[:1] == "["),
        ("stray_ending", domain[-1:] in _ENDS),
        ("domain_without_dot", "." not in domain),
        ("reserved_domain", re.search(r"\.(test|invalid|local|localhost|onion|arpa)$", domain)),
    )
    return next((name for name, is_so in checks if is_so), "invalid_characters")


def _repair(text: str) -> str | None:
    """The address without what was copied along or slipped in, where that makes it a valid one."""
    wrapped = _WRAPPED.match(text)
    bare = wrapped.group(1) if wrapped else re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    bare = _DOTTED.sub(".", _WORDED.sub("@", bare)) if "@" not in bare else bare
    local, _, domain = bare.rpartition("@")
    local = re.sub(r"\.{2,}", ".", local.strip(_ENDS).replace(" ", ""))
    domain = re.sub(r"[.,]+", ".", domain.strip(_ENDS).replace(" ", ""))
    return _valid(f"{local}@{domain}") if local and domain else None
