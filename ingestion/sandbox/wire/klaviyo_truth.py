"""Who Klaviyo's profiles truly are, and the traps that were planted among them."""

from collections.abc import Iterator

from ingestion.sandbox.company import Company
from ingestion.sandbox.vendor import Belonging, Planted
from ingestion.sandbox.wire.klaviyo import profiles


def people(company: Company) -> Iterator[Belonging]:
    """Yield whose each profile is."""
    for each in profiles(company):
        yield "members", f"all:{each.id}", each.person.true_id, each.person.kind, each.dirt


def planted(company: Company) -> Iterator[Planted]:
    """Yield the traps: kind, source, object, key, what it is about."""
    for profile in profiles(company):
        at = ("klaviyo", "profiles", profile.id)
        if profile.disagrees:
            yield "consent_disagrees", *at, profile.person.true_id
        if profile.gone is not None:
            yield f"profile_{profile.dirt or 'deleted'}", *at, profile.person.true_id
