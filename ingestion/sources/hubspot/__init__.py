"""HubSpot CRM, forms and marketing -> raw_hubspot, by the dated addresses (`api.API`).

Every property is text. A merge keeps the winner, which names the losers in
`hs_merged_object_ids`; losers and hard deletes are missing from every list, so the weekly id
sweep finds them. Archived records stay readable by `archived=true` only. Limits: 100 calls in 10
seconds for a private app (`calls_per_10_seconds`), 5 searches a second, and a daily limit whose
429 says policyName DAILY. History exists only as `propertiesWithHistory`, 50 a page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingestion.auth import APP, app_or_token, secrets_of
from ingestion.catalogue import Setting
from ingestion.contract import Extraction, Source, Yield
from ingestion.errors import RequestFailed
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.sources.hubspot import marketing_tables, tables
from ingestion.sources.hubspot.api import API, TOKEN_URL
from ingestion.sources.hubspot.forms import read_forms
from ingestion.sources.hubspot.marketing import read_campaigns, read_emails, read_lists
from ingestion.sources.hubspot.notes import NOTES
from ingestion.sources.hubspot.objects import read_object
from ingestion.sources.hubspot.records import CrmObject, asked_besides
from ingestion.sources.hubspot.related import read_associations, read_deal_stages, read_owners
from ingestion.sources.hubspot.rights import ASKS, skipped


def _engagement(path: str, kind: str, **picked: tuple[str, ...]) -> CrmObject:
    own = ("hs_timestamp", "hubspot_owner_id", "hs_direction", "hs_outcome", "hs_title")
    named = tuple((name, (*picked.get(name, ()), name)) for name in own)
    return CrmObject(path, tables.ENGAGEMENTS, engagement_type=kind, picked=named)


_OBJECTS = (
    CrmObject(
        "contacts",
        tables.CONTACTS,
        "lastmodifieddate",
        ("lifecyclestage", "hubspot_owner_id", "hs_email_optout", "hs_legal_basis"),
    ),
    CrmObject("companies", tables.COMPANIES),
    CrmObject("deals", tables.DEALS, history=("dealstage", "hubspot_owner_id")),
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


# What an account's plan may lack: marketing campaigns, say, come with the Professional one.
_OPTIONAL = {
    "forms": read_forms,
    "marketing_emails": read_emails,
    "campaigns": read_campaigns,
    "lists": read_lists,
}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield what changed since the last load; everything on the first one.

    Raises RequestFailed where a scope is missing, with what the scope is for.
    """
    try:
        yield from _parts(ctx)
    except RequestFailed as error:
        meant = [f"{name} is for {what}" for name, what in NOTES.scopes if name in str(error)]
        if error.status != 403 or not meant:
            raise
        raise RequestFailed(
            f"{error} {'; '.join(meant)}. What the account's plan does not have is left out by "
            f"`skip` ({', '.join(_OPTIONAL)}) under hubspot in config/sources.yml.",
            403,
        ) from None


def _parts(ctx: Extraction) -> Iterator[Yield]:
    yield from read_owners(ctx)
    yield from read_deal_stages(ctx)
    for declared in _OBJECTS:
        crm_object = declared
        if not declared.engagement_type:
            crm_object = replace(declared, extra=asked_besides(ctx.config, declared.path))
        changed: list[str] = []
        yield from read_object(ctx, crm_object, changed)
        if to_objects := _ASSOCIATED.get(crm_object.path):
            yield from read_associations(ctx, crm_object.path, to_objects, changed)
    left_out = skipped(ctx.config)
    for name, read in _OPTIONAL.items():
        if name not in left_out:
            yield from read(ctx)


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
    tables=(
        tables.CONTACTS,
        tables.COMPANIES,
        tables.DEALS,
        tables.OWNERS,
        tables.DEAL_STAGES,
        tables.ENGAGEMENTS,
        tables.ASSOCIATIONS,
        tables.PROPERTY_HISTORY,
        marketing_tables.FORMS,
        marketing_tables.FORM_FIELDS,
        marketing_tables.FORM_SUBMISSIONS,
        marketing_tables.EMAILS,
        marketing_tables.EMAIL_TOTALS,
        marketing_tables.CAMPAIGNS,
        marketing_tables.CAMPAIGN_ITEMS,
        marketing_tables.LISTS,
        marketing_tables.LIST_MEMBERSHIPS,
    ),
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
        Setting(
            "extra_properties",
            "",
            "properties of your own, with commas between: renewal_date is asked of contacts, "
            "companies and deals, deals.renewal_date of deals alone; they land as JSON in "
            "extra_properties",
        ),
        Setting(
            "skip",
            "",
            "what your plan does not have, with commas between: forms, marketing_emails, "
            "campaigns, lists",
        ),
        Setting("list_memberships", True, "whether it is read who is on each list"),
    ),
    api=API,
    notes=NOTES,
    asks=ASKS,
    sandbox={"access_token": "sandbox-hubspot-token"},
)
