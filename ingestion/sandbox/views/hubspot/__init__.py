"""HubSpot: CRM objects and what hangs on them, forms, marketing e-mails, campaigns, lists.

Both path styles answer: `/crm/v3/objects/contacts`, which the vendor's own client asks for, and
`/crm/objects/2026-03/contacts`. Search hides archived records and refuses to page past 10,000
results. An address of a version that was never released is not found.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.views.hubspot import marketing, objects, related
from ingestion.sandbox.views.hubspot.common import rate_limit, refuse
from ingestion.sandbox.wire import hubspot, hubspot_routing, hubspot_truth

__all__ = ["PATHS", "TOKEN", "rate_limit", "refuse", "view"]

TOKEN = "sandbox-hubspot-token"
LONGEST_QUERY = 16_000
DATED = ("2026-03", "2026-09")
PATHS = re.compile(r"^/(crm|marketing|form-integrations|oauth|account-info)/")
_NUMBERED = re.compile(r"^/(crm|marketing)/(v\d)/([a-z]+)(/.*)?$")
_DATED = re.compile(r"^/(crm|marketing)/([a-z]+)/(\d{4}-\d{2})(/.*)?$")
_SUBMISSIONS = re.compile(r"^/form-integrations/v1/submissions/forms/([^/]+)$")
# Each thing's last numbered version, and whether it has a dated address: forms have a beta only.
_THINGS: dict[str, tuple[str, bool, Callable[[Ask, World, str], Answer]]] = {
    "crm/objects": ("v3", True, objects.view),
    "crm/associations": ("v4", True, related.associations),
    "crm/owners": ("v3", True, related.owners),
    "crm/pipelines": ("v3", True, related.pipelines),
    "crm/lists": ("v3", True, marketing.lists),
    "marketing/forms": ("v3", False, related.forms),
    "marketing/emails": ("v3", True, marketing.emails),
    "marketing/campaigns": ("v3", True, marketing.campaigns),
}


def view(ask: Ask, world: World) -> Answer:
    """Answer a HubSpot request."""
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
    if sum(len(quote(each)) for each in ask.query.values()) > LONGEST_QUERY:
        return refuse(414, "URI_TOO_LONG", "URI Too Long")
    path = ask.path.rstrip("/")
    if found := _SUBMISSIONS.match(path):
        return related.submissions(ask, world, found[1])
    if found := _NUMBERED.match(path):
        area, version, thing, rest = found.groups()
    elif found := _DATED.match(path):
        area, thing, version, rest = found.groups()
    else:
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    numbered, is_dated, answered = _THINGS.get(f"{area}/{thing}", ("", False, objects.view))
    if version != numbered and not (is_dated and version in DATED):
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    return answered(ask, world, rest or "")


# Calls in a rolling ten seconds and searches in a second (the vendor's usage guidelines). Their
# numbers are an account's own: this company's allows 5,000 calls, as its reader is told to pace
# itself, so that a first run need not wait.
CALLS = 5_000
VENDORS = (
    Vendor(
        "hubspot",
        PATHS,
        view,
        hubspot.changes,
        limits=(
            Limit(CALLS, 10.0, answer(rate_limit("TEN_SECONDLY_ROLLING"), 429)),
            Limit(CALLS // 20, 1.0, answer(rate_limit("SECONDLY"), 429), "/search"),
        ),
        planted=hubspot_truth.planted,
        people=hubspot_truth.people,
        accounts=hubspot_truth.accounts,
        truth={
            "spam_submissions": hubspot_truth.spam_submissions,
            "routed_leads": hubspot_routing.truth,
        },
    ),
)
