"""The suites, one file an entity. Adding a rule is one entry in that file's RULES."""

from quality.rules import Gate, Suite, Systems


def suites_of(gate: Gate, systems: Systems) -> list[Suite]:
    """Return the suites that stand before the tables behind `gate`, in a fixed order."""
    from quality.suites import (
        ad_days,
        contacts,
        content,
        deals,
        engagement,
        invoices,
        marts,
        records,
        touchpoints,
        web_reports,
        work,
    )

    files = (
        *(contacts, deals, ad_days, engagement, invoices, web_reports, content, work),
        *(records, touchpoints, marts),
    )
    return [suite for file in files for suite in file.suites(systems) if suite.gate == gate]
