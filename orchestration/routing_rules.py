"""config/routing.yml as the rules of the homes that it is written for."""

from dataclasses import replace
from pathlib import Path

from orchestration import rules
from orchestration.settings import Kind
from routing.rules import Rules, parse


def read(config: Path, kind: Kind) -> Rules:
    """Return the rules that count in a home: none that are written for homes of the other kind."""
    document = rules.read(config, "routing")
    told = parse(document)
    return told if document["routing"]["applies_to"] == kind else replace(told, versions=())
