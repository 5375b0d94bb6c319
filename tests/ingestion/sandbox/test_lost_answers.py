"""An answer that leaves out what was asked for: the load equals an undisturbed one, or is red.

Each vendor address is struck by each fault that loses or repeats rows, once and for good, on a
first load and on one that goes on from cursors. A fault that comes for good may only raise.
First loads meet these faults in the matrix of faults too, so here all of them are in `make chaos`.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from live_sandbox import AS_OF, Live

from ingestion.config import sandbox_config
from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed
from ingestion.http import Clock
from ingestion.sources import SOURCES

FAULTS = ("empty_page", "skipped_row", "duplicate_row")
FIRST = {
    "ga4": ("/v1beta/properties",),
    "stripe": (
        *("/v1/customers", "/v1/invoices", "/v1/charges", "/v1/balance_transactions"),
        *("/v1/subscriptions", "/v1/invoice_payments"),
    ),
    "facebook_pages": ("/published_posts", "_122", "500/insights"),
    "instagram": ("/media", "/179", "1001/insights"),
    "youtube": ("/v3/channels", "/playlistItems", "/v3/videos", "/v2/reports"),
    "adaptlypost": ("/social-accounts", "/social-posts"),
    "wordpress": (
        *("/wp/v2/posts", "/wp/v2/pages", "/wp/v2/case-studies", "/wp/v2/users"),
        *("/wp/v2/categories", "/wp/v2/tags", "/de/wp-json/wp/v2/posts"),
    ),
    "asana": ("/workspaces", "/users", "/projects", "/tasks", "/batch"),
    "klaviyo": (
        *("/api/profiles", "/api/lists", "/lists/KlList/profiles", "/api/campaigns"),
        *("/api/events", "/api/metrics", "/segments/KlSegm/profiles"),
    ),
    "google_ads": (
        *("/1112223333/googleAds:search", "/1234567890/googleAds:search"),
        "/1234567890/googleAds:searchStream",
    ),
    "hubspot": (
        *("/objects/2026-03/contacts", "/objects/2026-03/companies", "/objects/2026-03/deals"),
        *("/objects/2026-03/calls", "/objects/2026-03/tasks"),
        *("/associations/2026-03/contacts/companies", "/associations/2026-03/deals/contacts"),
        *("/crm/owners/2026-03", "/crm/pipelines/2026-03/deals", "/marketing/v3/forms"),
        *("/form-integrations/v1/submissions", "/marketing/emails/2026-03"),
        *("/marketing/campaigns/2026-03", "/budget/totals", "/crm/lists/2026-03/search"),
        "/memberships",
    ),
    "salesforce": ("/queryAll", "/query/01g", "/Lead/describe"),
    "linkedin_ads": (*("/adCampaignGroups", "/adCampaigns", "/creatives", "/adAnalytics"),),
    "linkedin_pages": (*("/rest/posts", "ShareStatistics", "FollowerStatistics"),),
    "mailchimp": (
        *("/3.0/lists", "/members", "/3.0/campaigns", "/sent-to", "/email-activity"),
        *("/unsubscribed", "/segments", "/segments/41001/members", "/growth-history"),
        *("/lists/a1b2c3d4e5/activity", "/click-details", "/automations"),
    ),
    # Numbers of report runs end in 7, which the account's does not.
    "meta_ads": (*("/campaigns", "/adsets", "/ads", "7/insights"),),
}
NEXT = {
    "ga4": FIRST["ga4"],
    "stripe": ("/v1/events", "/v1/invoices", "/v1/charges", "/v1/invoice_payments"),
    "facebook_pages": ("/published_posts", "_122", "500/insights"),
    "instagram": ("/media", "/179", "1001/insights"),
    "youtube": ("/v3/channels", "/playlistItems", "/v3/videos", "/v2/reports"),
    "adaptlypost": ("/social-accounts", "/social-posts"),
    "wordpress": ("/wp/v2/posts", "/wp/v2/users", "/wp/v2/categories", "/wp/v2/tags"),
    "asana": FIRST["asana"],
    "klaviyo": (*("/api/profiles", "/api/lists", "/api/events", "/api/campaigns"),),
    "google_ads": FIRST["google_ads"],
    "hubspot": (
        *("/contacts/search", "/contacts/batch/read", "/companies/search", "/deals/search"),
        *("/deals/batch/read", "/calls/search", "/tasks/search", "/crm/owners/2026-03"),
        *("/associations/2026-03/contacts/companies", "/associations/2026-03/deals/contacts"),
        *("/marketing/v3/forms", "/form-integrations/v1/submissions"),
        *("/marketing/emails/2026-03", "/marketing/campaigns/2026-03", "/budget/totals"),
        *("/crm/lists/2026-03/search", "/memberships"),
    ),
    "salesforce": ("/queryAll", "/Lead/describe"),
    "linkedin_ads": FIRST["linkedin_ads"],
    "linkedin_pages": FIRST["linkedin_pages"],
    "mailchimp": ("/members", "/email-activity"),
    "meta_ads": (*("/campaigns", "/adsets", "/ads", "act_440112233445/insights"),),
}
CASES = [
    pytest.param(
        *(source, path, is_first),
        id=f"{source} {path} {'first' if is_first else 'next'}",
        marks=[pytest.mark.chaos] if is_first else [],
    )
    for is_first, paths in ((True, FIRST), (False, NEXT))
    for source, listed in paths.items()
    for path in listed
]
Found = dict[str, set[str]]


def _read(live: Live, source: str, state: dict[str, Any], *, is_first: bool) -> Found:
    """Return what a source yields: rows a table, and the keys of its sweeps."""
    spec = SOURCES[source]
    config = sandbox_config(spec, {}, live.base)
    assert spec.session is not None
    with spec.session(config, Clock(sleep=lambda _: None)) as http:
        ctx = Extraction(config, http, AS_OF, state, sweep_due=is_first)
        found: Found = {}
        for item in spec.extract(ctx):
            name = f"{item.table} {type(item).__name__}"
            if isinstance(item, Page):
                rows = item.rows if isinstance(item.rows, list) else item.rows.to_pylist()
                found.setdefault(name, set()).update(
                    json.dumps(row, default=str, sort_keys=True) for row in rows
                )
            elif isinstance(item, Sweep):
                found.setdefault(name, set()).update(str(key) for key in item.keys)
    return found


@pytest.fixture(scope="module")
def earlier(served: Live) -> dict[str, dict[str, Any]]:
    """The state of each source as if its last load were weeks old.

    Meta's is of days ago: longer ranges are read by report runs, as on a first load.
    """
    states = {}
    for source in FIRST:
        state: dict[str, Any] = {}
        _read(served, source, state, is_first=True)
        for name, value in state.items():
            if name.startswith("cursor:"):
                days = 3 if source == "meta_ads" else 20
                back = datetime.fromisoformat(value) - timedelta(days=days)
                state[name] = back.isoformat()[: len(value)]
        states[source] = state
    return states


@pytest.fixture(scope="module")
def undisturbed(served: Live, earlier: dict[str, dict[str, Any]]) -> dict[tuple[str, bool], Found]:
    return {
        (source, is_first): _read(
            served, source, {} if is_first else dict(earlier[source]), is_first=is_first
        )
        for source in FIRST
        for is_first in (True, False)
    }


@pytest.fixture
def struck(sandbox: Live) -> Iterator[Live]:
    before = len(sandbox.control("GET", "requests").json())
    yield sandbox
    asked = sandbox.control("GET", "requests").json()[before:]
    assert any(each["fault"] for each in asked), "the fault struck nothing"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("source", "path", "is_first"), CASES)
def test_a_lost_answer_is_made_good_or_red(
    struck: Live, earlier: Any, undisturbed: Any, source: str, path: str, is_first: bool, fault: str
) -> None:
    struck.control("POST", "faults", {"name": fault, "vendor": source, "path": path})
    try:
        found = _read(struck, source, {} if is_first else dict(earlier[source]), is_first=is_first)
    except LoadFailed:
        return
    for name, rows in undisturbed[source, is_first].items():
        assert rows <= found[name], name
        # A load that goes on from cursors may read again what it holds, a sweep may not err.
        assert not (is_first or name.endswith("Sweep")) or found[name] == rows, name


# What the vendor repeats for ever cannot be told from the truth where no total is stated and
# nothing was known before; these are the answers that something else speaks for.
PERSISTENT = [
    *(("ga4", path, is_first) for path in FIRST["ga4"] for is_first in (True, False)),
    ("salesforce", "/queryAll", True),
    ("salesforce", "/queryAll", False),
    ("hubspot", "/objects/2026-03/contacts", True),
    *(("google_ads", path, first) for path in FIRST["google_ads"] for first in (True, False)),
    *(("hubspot", path, False) for path in NEXT["hubspot"] if "submissions" not in path),
    *(("linkedin_ads", path, False) for path in NEXT["linkedin_ads"] if "Analytics" not in path),
    *(("linkedin_pages", path, False) for path in NEXT["linkedin_pages"]),
    ("linkedin_pages", "ShareStatistics", True),
    *(("adaptlypost", path, False) for path in NEXT["adaptlypost"]),
    ("adaptlypost", "/social-posts", True),
    *(("wordpress", path, True) for path in FIRST["wordpress"]),
    *(("wordpress", path, False) for path in NEXT["wordpress"]),
    # Of tasks an empty answer says that none was modified.
    *(("asana", path, False) for path in NEXT["asana"] if path != "/tasks"),
    ("asana", "/batch", True),
    *(
        (source, path, False)
        for source in ("facebook_pages", "instagram", "youtube")
        for path in NEXT[source]
    ),
    ("facebook_pages", "/published_posts", True),
    ("instagram", "/media", True),
    *(("youtube", path, True) for path in ("/v3/channels", "/playlistItems", "/v3/videos")),
    *(("mailchimp", path, False) for path in NEXT["mailchimp"]),
    *(("meta_ads", path, True) for path in FIRST["meta_ads"]),
    *(("meta_ads", path, False) for path in NEXT["meta_ads"]),
]


@pytest.mark.parametrize(("source", "path", "is_first"), PERSISTENT)
def test_an_answer_that_stays_empty_is_red(
    struck: Live, earlier: Any, source: str, path: str, is_first: bool
) -> None:
    planted = {"name": "empty_page", "vendor": source, "path": path, "times": 10_000}
    struck.control("POST", "faults", planted)
    with pytest.raises(LoadFailed):
        _read(struck, source, {} if is_first else dict(earlier[source]), is_first=is_first)
