"""Writes decisions about two records into config/matching.yml and leaves its comments as they are.

The file stays the user's: entries are put right under `overrides:` as text, and the file is only
written if it then holds exactly what it held and the new entries.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from orchestration import rules
from orchestration.settings import Refused, Settings

FILE = "matching"
_KEY = "overrides:"
_ORDER = ("action", "left", "right", "reason", "decided_by", "expires_on")


def add(settings: Settings, entries: Sequence[Mapping[str, Any]]) -> tuple[Path, int]:
    """Add entries that are not there yet; return the file and how many were written.

    Raises Refused, with the lines to write by hand, where the file cannot be edited so.
    """
    path = rules.place(settings.config, FILE)
    before = rules.read(settings.config, FILE)
    known = [_pair(each) for each in before["overrides"]]
    fresh = [
        {key: value for key, value in each.items() if value is not None}
        for each in entries
        if _pair(each) not in known
    ]
    if not fresh:
        return path, 0
    text = path.read_text("utf-8")
    edited = _edited(text, fresh)
    wanted = {**before, "overrides": [*fresh, *before["overrides"]]}
    if edited is None or rules.plain(yaml.safe_load(edited)) != wanted:
        raise Refused(f"{path} is not written as shipped; add under overrides:\n{_lines(fresh)}")
    path.write_text(edited, "utf-8")
    try:
        rules.read(settings.config, FILE)
    except Refused:
        path.write_text(text, "utf-8")
        raise
    return path, len(fresh)


def _pair(entry: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    sides = (json.dumps(entry[side], sort_keys=True) for side in ("left", "right"))
    return str(entry["action"]), frozenset(sides)


def _edited(text: str, entries: Sequence[Mapping[str, Any]]) -> str | None:
    """The file's text with the entries on top of the list; None where the list has another form."""
    lines = text.splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith(_KEY)]
    if len(places) != 1:
        return None
    (place,) = places
    if lines[place].removeprefix(_KEY).partition("#")[0].strip() not in ("", "[]"):
        return None
    rest = [line for line in lines[place + 1 :] if line.lstrip().startswith("-")]
    indent = rest[0][: len(rest[0]) - len(rest[0].lstrip())] if rest else ""
    lines[place] = _KEY
    lines[place + 1 : place + 1] = _lines(entries, indent).splitlines()
    return "\n".join(lines) + "\n"


def _lines(entries: Sequence[Mapping[str, Any]], indent: str = "") -> str:
    """JSON is YAML, so a value in it needs no rules of its own."""
    told = []
    for entry in entries:
        named = [f"{key}: {json.dumps(entry[key])}" for key in _ORDER if key in entry]
        told.append(f"{indent}- " + f"\n{indent}  ".join(named))
    return "\n".join(told)
