"""HubSpot CRM and forms -> raw_hubspot, by the v3 and v4 addresses (as of September 2026).

Every property is text. A merge keeps the winner, which names the losers in
`hs_merged_object_ids`; losers and hard deletes are missing from every list, so the weekly id
sweep finds them. Archived records stay readable by `archived=true` only. Limits: 100 calls in 10
seconds for a private app (`calls_per_10_seconds`), 5 searches a second, and a daily limit whose
429 says policyName DAILY. Stage history exists only as `propertiesWithHistory`, 50 a page.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.auth import APP, app_or_token, secrets_of
from ingestion.catalogue import Setting
from ingestion.contract import Extraction, Source, Yield
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.sources.hubspot.objects import read_object
from ingestion.sources.hubspot.records import CrmObject
from ingestion.sources.hubspot.related import (
    read_associations,
    read_deal_stages,
    read_forms,
    read_owners,
)
from ingestion.sources.hubspot.tables import COMPANIES, CONTACTS, DEALS, ENGAGEMENTS, TABLES

# An app's access token lives 30 minutes, a private app's until it is revoked.
TOKEN_URL = "https://api.hubapi.com/oauth/2026-03/token"


def _engagement(path: str, kind: str, **picked: tuple[str, ...]) -> CrmObject:
    own = ("hs_timestamp", "hubspot_owner_id", "hs_direction", "hs_outcome", "hs_title")
    named = tuple((name, (*picked.get(name, ()), name)) for name in own)
    return CrmObject(path, ENGAGEMENTS, engagement_type=kind, picked=named)


_OBJECTS = (
    CrmObject("contacts", CONTACTS, "lastmodifieddate", ("lifecyclestage",)),
    CrmObject("companies", COMPANIES),
    CrmObject("deals", DEALS, history=("dealstage",)),
    _engagement(
        "calls",
        "call",
        hs_direction=("hs_call_direction",),
        hs_outcome=("hs_call_disposition",),
        hs_title=("hs_call_title",),
    ),
    _engagement(
        "meetings", "meeting", hs_outcome=("hs_meeting_outcome",), hs_title=("hs_meeting_title",)
    ),
    _engagement(
        "emails",
        "email",
        hs_direction=("hs_email_direction",),
        hs_outcome=("hs_email_status",),
        hs_title=("hs_email_subject",),
    ),
    _engagement("notes", "note"),
    _engagement("tasks", "task", hs_outcome=("hs_task_status",), hs_title=("hs_task_subject",)),
)
_ASSOCIATED = {
    "contacts": ("companies",),
    "deals": ("contacts", "companies"),
    **dict.fromkeys(("calls", "meetings", "emails", "notes", "tasks"), ("contacts",)),
}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield what changed since the last load; everything on the first one."""
    yield from read_owners(ctx)
    yield from read_deal_stages(ctx)
    for crm_object in _OBJECTS:
        changed: list[str] = []
        yield from read_object(ctx, crm_object, changed)
        if to_objects := _ASSOCIATED.get(crm_object.path):
            yield from read_associations(ctx, crm_object.path, to_objects, changed)
    yield from read_forms(ctx)


def verdict(status: int, body: Any) -> Verdict:
    """Judge an error answer: the daily limit stops the load, other limits pass."""
    if status == 429 and isinstance(body, Mapping) and body.get("policyName") == "DAILY":
        return "stop"
    return plain_verdict(status, body)


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session for one HubSpot account."""
    calls = int(config.get("calls_per_10_seconds", 100))
    return Session(
        str(config["base_url"]),
        auth=app_or_token(config, TOKEN_URL, {}),
        # Search has a limit of its own: 5 a second where 100 calls in 10 seconds are allowed.
        budgets=(Budget(calls, 10.0), Budget(max(1, calls // 20), 1.0, "/search")),
        verdict=verdict,
        secrets=secrets_of(config),
        clock=clock,
    )


HUBSPOT = Source(
    name="hubspot",
    kind="crm",
    title="HubSpot",
    tables=TABLES,
    extract=extract,
    required=("base_url", "access_token"),
    secrets=("access_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", "https://api.hubapi.com", "the address of the API"),
        Setting("token_url", TOKEN_URL, "where the tokens of an OAuth app come from"),
        Setting("calls_per_10_seconds", 100, "a private app's limit; an OAuth app has 110"),
        Setting("lag_minutes", 10, "the search index runs minutes behind the records"),
        Setting("sweep_days", 7, "days between two full lists of ids, which find deletions"),
    ),
    sandbox={"access_token": "sandbox-hubspot-token"},
)
