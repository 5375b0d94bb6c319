"""config/routing.yml, checked whole: a bad rule is refused with its line and what to do."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration import rules
from orchestration.settings import Kind, Refused
from routing.checks import problems
from routing.rules import Rules, parse


def read(config: Path, kind: Kind) -> Rules:
    """Return the rules that count in a home: none that are written for homes of the other kind."""
    document = check(config)
    told = parse(document)
    return told if document["routing"]["applies_to"] == kind else replace(told, versions=())


def check(config: Path) -> Mapping[str, Any]:
    """Return what the file states. Raises Refused naming file, line and remedy of what is wrong."""
    document = rules.read(config, "routing")
    path = rules.place(config, "routing")
    for problem in problems(document):
        raise Refused(
            f"{path.relative_to(config.parent)}, line {rules.line(path, problem.place)}: "
            f"{problem.message}; {problem.remedy}"
        )
    return document
