"""The suites, one file an entity. Adding a rule is one entry in that file's RULES."""

from quality.rules import Gate, Suite


def suites_of(gate: Gate) -> list[Suite]:
    """Return the suites that stand before the tables behind `gate`, in a fixed order."""
    from quality.suites import ad_days, contacts, marts, touchpoints

    every = [*contacts.SUITES, *ad_days.SUITES, *touchpoints.SUITES, *marts.SUITES]
    return [suite for suite in every if suite.gate == gate]
