"""One cheap request for each scope that HubSpot refuses without it."""

from collections.abc import Callable, Mapping
from typing import Any

from ingestion.contract import LEFT_OUT, Extraction, asking
from ingestion.sources.hubspot.api import CAMPAIGNS, EMAILS, FORMS, LISTS, OWNERS, objects


def skipped(config: Mapping[str, Any]) -> list[str]:
    """Return the parts that the user leaves out, as the account's plan does not have them."""
    return str(config.get("skip") or "").replace(",", " ").split()


def _unless_skipped(
    part: str, ask: Callable[[Extraction], object]
) -> Callable[[Extraction], object]:
    return lambda ctx: LEFT_OUT if part in skipped(ctx.config) else ask(ctx)


def _one_list(ctx: Extraction) -> object:
    return ctx.http.post(f"{LISTS}/search", {"query": "", "count": 1, "offset": 0})


ASKS = {
    "crm.objects.contacts.read": asking(objects("contacts"), limit=1),
    "crm.objects.companies.read": asking(objects("companies"), limit=1),
    "crm.objects.deals.read": asking(objects("deals"), limit=1),
    "crm.objects.owners.read": asking(OWNERS, limit=1),
    "sales-email-read": asking(objects("emails"), limit=1),
    "crm.lists.read": _unless_skipped("lists", _one_list),
    "forms": _unless_skipped("forms", asking(FORMS, limit=1)),
    "content": _unless_skipped("marketing_emails", asking(EMAILS, limit=1)),
    "marketing.campaigns.read": _unless_skipped("campaigns", asking(CAMPAIGNS, limit=1)),
}
