"""What the schema of config/routing.yml cannot see: rules that no lead reaches, names of nobody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from routing.rules import NUMBERS, OWNERS, conditions, instant, rule

Place = tuple[str | int, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong, where in the file (keys and positions), and what to do."""

    place: Place
    message: str
    remedy: str


def problems(document: Row) -> Iterator[Problem]:
    """Yield what is wrong with the rules, in the order of the file."""
    calendars = {row["calendar"] for row in document["routing_calendars"]}
    owners = {row["owner"] for row in document["routing_owners"]}
    if document["routing"]["calendar"] not in calendars:
        yield _unknown(("routing", "calendar"), "calendar", document["routing"]["calendar"])
    yield from _calendars(document["routing_calendars"])
    yield from _owners(document["routing_owners"], calendars)
    versions = document["routing_versions"]
    yield from _twice(("routing_versions",), "version", versions)
    for number, (earlier, later) in enumerate(pairwise(versions), start=1):
        if instant(later["in_force_from"]) <= instant(earlier["in_force_from"]):
            yield Problem(
                ("routing_versions", number, "in_force_from"),
                f"version {later['version']} is in force no later than {earlier['version']}",
                "list the versions as they followed each other",
            )
    for number, version in enumerate(versions):
        yield from _version(("routing_versions", number), version, owners)


def _calendars(rows: Sequence[Row]) -> Iterator[Problem]:
    yield from _twice(("routing_calendars",), "calendar", rows)
    for number, row in enumerate(rows):
        place = ("routing_calendars", number)
        if row["opens_at"] >= row["closes_at"]:
            yield Problem(
                (*place, "closes_at"),
                f"calendar {row['calendar']} closes before it opens",
                "state hours of one day, as 09:00 and 17:30",
            )
        try:
            ZoneInfo(row["time_zone"])
        except (KeyError, ValueError, OSError):
            yield Problem(
                (*place, "time_zone"),
                f"no time zone is called {row['time_zone']}",
                "use a name such as Europe/Berlin",
            )


def _owners(rows: Sequence[Row], calendars: set[str]) -> Iterator[Problem]:
    yield from _twice(("routing_owners",), "owner", rows)
    yield from _twice(("routing_owners",), "owner_native_id", rows)
    for number, row in enumerate(rows):
        place = ("routing_owners", number)
        if row["calendar"] not in calendars:
            yield _unknown((*place, "calendar"), "calendar", row["calendar"])
        for each, absence in enumerate(row.get("absences", ())):
            if absence["until"] < absence["from"]:
                yield Problem(
                    (*place, "absences", each, "until"),
                    f"an absence of {row['owner']} ends before it begins",
                    "state its first and its last day",
                )


def _version(place: Place, version: Row, owners: set[str]) -> Iterator[Problem]:
    yield from _territories((*place, "territories"), version["territories"])
    yield from _pools((*place, "pools"), version["pools"], owners)
    yield from _rules((*place, "rules"), version, owners)


def _territories(place: Place, rows: Sequence[Row]) -> Iterator[Problem]:
    yield from _twice(place, "territory", rows)
    seen: dict[str, str] = {}
    for number, row in enumerate(rows):
        for position, code in enumerate(row["places"]):
            for known, territory in seen.items():
                if code == known or code.startswith(f"{known}-") or known.startswith(f"{code}-"):
                    yield Problem(
                        (*place, number, "places", position),
                        f"territories {territory} and {row['territory']} overlap:"
                        f" {known} and {code}",
                        "leave each place to one territory; a country is all of its regions",
                    )
            seen.setdefault(code, row["territory"])


def _pools(place: Place, rows: Sequence[Row], owners: set[str]) -> Iterator[Problem]:
    yield from _twice(place, "pool", rows)
    overflows = {row["pool"]: row.get("overflow") for row in rows}
    for number, row in enumerate(rows):
        if not row["members"]:
            yield Problem(
                (*place, number, "members"),
                f"pool {row['pool']} is empty",
                "name at least one owner, or take the pool out",
            )
        yield from _twice((*place, number, "members"), "owner", row["members"])
        for position, member in enumerate(row["members"]):
            if member["owner"] not in owners:
                yield _unknown((*place, number, "members", position), "owner", member["owner"])
        following, seen = row.get("overflow"), {row["pool"]}
        while following is not None and following not in seen:
            seen.add(following)
            if following not in overflows:
                yield _unknown((*place, number, "overflow"), "pool", following)
            following = overflows.get(following)
        if following == row["pool"]:
            yield Problem(
                (*place, number, "overflow"),
                f"the overflow of pool {row['pool']} leads back to it",
                "let one of these pools have no overflow",
            )


def _rules(place: Place, version: Row, owners: set[str]) -> Iterator[Problem]:
    rows = version["rules"]
    known = {
        "pool": {row["pool"] for row in version["pools"]},
        "owner": owners,
        "territory": {row["territory"] for row in version["territories"]},
    }
    yield from _twice(place, "rule", rows)
    for number, row in enumerate(rows):
        for kind in ("pool", "owner"):
            told = row["route_to"].get(kind)
            if told is not None and told not in known[kind]:
                yield _unknown((*place, number, "route_to"), kind, told)
        yield from _conditions((*place, number), row, known["territory"])
        for earlier in rows[:number]:
            if _takes_all(earlier, row):
                yield Problem(
                    (*place, number),
                    f"rule {row['rule']} is shadowed: rule {earlier['rule']} above it takes all of "
                    "its leads",
                    "move it up, or take it out",
                )
                break
    if not rows or rule(rows[-1]).asks:
        yield Problem(
            (*place, len(rows) - 1) if rows else place,
            f"version {version['version']} has no catch-all: a lead may match no rule",
            "end the rules with one that has no `when` and routes to a pool or an owner",
        )


def _conditions(place: Place, row: Row, territories: set[str]) -> Iterator[Problem]:
    found = conditions(row)
    for number, each in enumerate(found):
        spot = (*place, "when", number)
        if each.test not in _tests_of(each.field):
            yield Problem(
                spot,
                f"{each.field} cannot be asked for `{each.test}`",
                f"use {' or '.join(_tests_of(each.field))}",
            )
        elif each.field == "territory" and each.test in ("is", "is_not"):
            for name in sorted(set(each.value) - territories):
                yield _unknown(spot, "territory", name)
    for one, other in combinations(found, 2):
        if one.excludes(other) or other.excludes(one):
            yield Problem(
                (*place, "when"),
                f"rule {row['rule']} takes no lead: {one}, and {other}",
                "ask for what one lead can be",
            )


def _tests_of(field: str) -> tuple[str, ...]:
    if field in OWNERS:
        return ("is_known",)
    return ("at_least", "below", "is_known") if field in NUMBERS else ("is", "is_not", "is_known")


def _takes_all(earlier: Row, later: Row) -> bool:
    """Whether every lead that the later rule would take has met the earlier one."""
    asked = rule(later).asks
    return all(any(mine.implies(its) for mine in asked) for its in rule(earlier).asks)


def _twice(place: Place, key: str, rows: Sequence[Row]) -> Iterator[Problem]:
    for name, times in Counter(row[key] for row in rows).items():
        if times > 1:
            last = max(number for number, row in enumerate(rows) if row[key] == name)
            yield Problem(
                (*place, last), f"{key} {name} is there twice", "keep one, or name it otherwise"
            )


def _unknown(place: Place, kind: str, name: str) -> Problem:
    where = {"pool": "pools", "territory": "territories"}.get(kind, f"routing_{kind}s")
    return Problem(
        place, f"no {kind} is called {name}", f"correct the name, or add it to `{where}`"
    )
