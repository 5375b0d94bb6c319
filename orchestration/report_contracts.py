"""What each contracted report is made of (`config/reports.yml`), and what stands behind its marts.

A report is a page, a mart or a group of marts. The asset graph says what each of its marts is made
of, up to the sources; blame follows the shortest way through it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from orchestration import groups, rules
from orchestration.settings import Settings

FILE = "reports"
KINDS = ("page", "mart", "mart_group")
ARROW = " < "  # "is made of", in the text of a path


@dataclass(frozen=True)
class Upstream:
    """An asset behind a report: how many steps away, and the way from the report's mart to it."""

    report: str
    upstream: str
    distance: int
    path: str


def contracts(settings: Settings) -> list[dict[str, Any]]:
    """Return the contracts as they were written; none where the project has no such file."""
    if not (settings.config / "schema" / f"{FILE}.schema.json").exists():
        return []
    return rules.read(settings.config, FILE).get("reports", [])


def check(settings: Settings, parsed: Mapping[str, Any]) -> None:
    """Raise Refused where a contract names nothing that there is, or a report has two."""
    wrong = next(_wrong(contracts(settings), _known(parsed)), None)
    if wrong is None:
        return
    steps, told = wrong
    raise rules.refused(settings.config, FILE, ["reports", *steps], told)


def marts(settings: Settings, parsed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the marts of each contracted report."""
    known = _known(parsed)
    return {
        each["report"]: known[kind][each[kind]]
        for each in contracts(settings)
        for kind in KINDS
        if kind in each
    }


def behind(
    report: str, delivered: Iterable[str], parents: Mapping[str, Iterable[str]]
) -> list[Upstream]:
    """Return everything that a report's marts are made of, each by its shortest way.

    Of two ways of one length the first by name counts. An asset goes by `schema.name`.
    """
    found: dict[str, Upstream] = {}
    level = {mart: mart for mart in delivered}
    distance = 0
    while level:
        for name, path in level.items():
            found[name] = Upstream(report, name, distance, path)
        further: dict[str, str] = {}
        for name, path in sorted(level.items(), key=lambda pair: pair[1]):
            for parent in parents.get(name, ()):
                if parent not in found:
                    further.setdefault(parent, f"{path}{ARROW}{parent}")
        level, distance = further, distance + 1
    return list(found.values())


def _known(parsed: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return what may be contracted and the marts it is made of, by kind and name."""
    from reports.build import every_page
    from reports.published import sources_of

    grouped = groups.marts(parsed)
    every = {mart for members in grouped.values() for mart in members}
    pages = {
        page.name: sources_of(*(text for part in page.parts for text in _queries(part)))
        for page in every_page()
    }
    return {
        "page": {name: [each for each in read if each in every] for name, read in pages.items()},
        "mart": {mart: [mart] for mart in every},
        "mart_group": grouped,
    }


def _queries(part: Any) -> Iterator[str]:
    yield part.query
    if trend := getattr(part, "trend", ""):
        yield trend


def _wrong(
    told: list[dict[str, Any]], known: Mapping[str, Mapping[str, list[str]]]
) -> Iterator[tuple[list[str | int], str]]:
    """Yield (place, what is wrong and what to do) of what no schema can say."""
    seen: set[str] = set()
    for place, each in enumerate(told):
        named = [kind for kind in KINDS if kind in each]
        if len(named) != 1:
            yield [place], f"a report is one of {', '.join(KINDS)}; name exactly one"
            continue
        kind = named[0]
        if not known[kind].get(each[kind]):
            there = ", ".join(name for name, made_of in sorted(known[kind].items()) if made_of)
            yield [place, kind], f"no {kind} is called {each[kind]!r}; use one of {there}"
        if each["report"] in seen:
            yield (
                [place, "report"],
                f"{each['report']!r} has a contract already; rename or remove one of the two",
            )
        seen.add(each["report"])
        zone = each.get("time_zone")
        if zone is not None and zone not in available_timezones():
            yield (
                [place, "time_zone"],
                f"no time zone is called {zone!r}; use a name such as Europe/Berlin, or remove the "
                "line for the reporting time zone",
            )
