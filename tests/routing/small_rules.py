"""A rule file of a few lines, and the open hours of two offices, for tests of the engine."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from routing.decide import Lead
from routing.hours import Hours
from routing.rules import Rules, parse

MONDAY = datetime(2026, 3, 2)
RULES: dict[str, Any] = {
    "routing": {"applies_to": "real", "calendar": "office"},
    "routing_calendars": [
        {
            "calendar": "office",
            "time_zone": "UTC",
            "opens_at": "09:00",
            "closes_at": "17:00",
        },
        {
            "calendar": "evening",
            "time_zone": "UTC",
            "opens_at": "14:00",
            "closes_at": "22:00",
        },
    ],
    "routing_owners": [
        {"owner": "ann", "crm": "hubspot", "owner_native_id": "1", "calendar": "office"},
        {"owner": "bob", "crm": "hubspot", "owner_native_id": "2", "calendar": "office"},
        {"owner": "cy", "crm": "hubspot", "owner_native_id": "3", "calendar": "evening"},
        {"owner": "dee", "crm": "hubspot", "owner_native_id": "4", "calendar": "office"},
    ],
    "routing_versions": [
        {
            "version": "first",
            "in_force_from": "2026-03-02T00:00:00Z",
            "assign_within_hours": 1,
            "territories": [
                {"territory": "home", "places": ["DE", "US-NY"]},
                {"territory": "away", "places": ["FR", "US-IL"]},
            ],
            "pools": [
                {"pool": "home", "members": [{"owner": "ann"}, {"owner": "bob"}, {"owner": "cy"}]},
                {"pool": "rest", "members": [{"owner": "dee"}]},
            ],
            "rules": [
                {
                    "rule": "big",
                    "when": [{"field": "employee_count", "at_least": 1000}],
                    "route_to": {"owner_of": "account"},
                    "respond_within_hours": 2,
                },
                {
                    "rule": "home",
                    "when": [{"field": "territory", "is": ["home"]}],
                    "route_to": {"pool": "home"},
                    "respond_within_hours": 4,
                },
                {"rule": "others", "route_to": {"pool": "rest"}, "respond_within_hours": 8},
            ],
        }
    ],
}


def document(**changes: Any) -> dict[str, Any]:
    """Return a copy of the rules, with other pools, rules or owners where they are given."""
    copy = deepcopy(RULES)
    for key, value in changes.items():
        if key == "routing_owners":
            copy[key] = value
        else:
            copy["routing_versions"][0][key] = value
    return copy


def rules(**changes: Any) -> Rules:
    return parse(document(**changes))


def hours() -> Hours:
    days = [date(2026, 3, 2) + timedelta(days=each) for each in range(200)]
    spans = []
    for day in (each for each in days if each.weekday() < 5):
        start = datetime(day.year, day.month, day.day)
        spans.append(("office", day, start + timedelta(hours=9), start + timedelta(hours=17)))
        spans.append(("evening", day, start + timedelta(hours=14), start + timedelta(hours=22)))
    return Hours(spans)


def lead(number: int, at: datetime, **facts: Any) -> Lead:
    return Lead(f"lead-{number:04d}", at, {"country_code": "DE", **facts})
