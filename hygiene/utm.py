"""utm_source, utm_medium and utm_campaign: the spelling that the channel rules know, and what was
probably meant.

`config/channels.yml` stays the law: its aliases are applied there and here alike. What it does not
know keeps its spelling, and a value one slip from a known one is suggested to be added to it. A
campaign may be called anything but by the name of a macro that no ad platform filled in.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from hygiene.slips import one_slip
from hygiene.text import LONGEST, clean
from hygiene.value import Normaliser, Value

_SHORTEST_SLIPPED = 5
# {campaignid}, {{ad.name}}, %%SITE%%, [medium], $(name), ${name}, __CAMPAIGN_ID__
_MACRO = re.compile(r"\{.*\}|%%.*%%|\[.*\]|\$\(.*\)|^__[a-z_]+__$|<.*>")


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for the channel rules; the context is source, medium or campaign."""
    aliases = {
        (each["kind"], each["raw_value"]): each["canonical_value"] for each in rules["utm_aliases"]
    }
    known = {kind: _known(rules, kind) for kind in ("source", "medium")}
    near = {kind: _near(names, aliases, kind) for kind, names in known.items()}

    def normalise(raw: str, context: str = "") -> Value:
        text = clean(raw[:LONGEST]).lower()
        if not text:
            return Value(problem="empty")
        if "@" in text or "%40" in text:
            return Value(problem="holds_address")
        # As it is and decoded: %%CAMPAIGN%% holds what looks like a coded letter.
        if _MACRO.search(text) or _MACRO.search(unquote_plus(text)):
            return Value(text, "unfilled_macro")
        found = aliases.get((context, text), text)
        if found in known.get(context, ()):
            return Value(found)
        meant = near.get(context, {}).get(_bare(unquote_plus(text)))
        if meant:
            return Value(text, "misspelt", meant)
        return Value(text, "unknown_medium" if context == "medium" else None)

    return normalise


def _known(rules: Mapping[str, Any], kind: str) -> frozenset[str]:
    """The values that the channel rules speak of."""
    names = {each["canonical_value"] for each in rules["utm_aliases"] if each["kind"] == kind}
    names |= {each[f"match_{kind}"] for each in rules["channel_rules"]}
    if kind == "medium":
        names |= {each["default_medium"] for each in rules["channels"]}
    return frozenset(each for each in names if each and "%" not in each)


def _near(
    names: Iterable[str], aliases: Mapping[tuple[str, str], str], kind: str
) -> Mapping[str, str]:
    """Bare spelling -> the value it is a slip of; of two values, neither."""
    spelt = {_bare(each): each for each in names}
    spelt |= {_bare(raw): meant for (of, raw), meant in aliases.items() if of == kind}
    found: dict[str, set[str]] = {}
    for bare, meant in spelt.items():
        for slipped in one_slip(bare) if len(bare) >= _SHORTEST_SLIPPED else ():
            found.setdefault(slipped, set()).add(meant)
    settled = {slip: next(iter(meant)) for slip, meant in found.items() if len(meant) == 1}
    return {key: value for key, value in (settled | spelt).items() if key}


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)
