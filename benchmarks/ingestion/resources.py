"""What is measured: resources, what each may cost beside a loop, and their set-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ingestion import loops, web_loop
from ingestion.contract import Table
from ingestion.sources import SOURCES

AS_OF = datetime(2026, 12, 31, 12, tzinfo=UTC)
ENTITY_LIMIT, VOLUME_LIMIT, MEGABYTES = 5.0, 1.3, 500.0


@dataclass(frozen=True)
class Resource:
    """One raw table of one source, the loop that stands beside it, and how many rows are loaded."""

    name: str
    source: str
    table_name: str
    loop: Callable[[str, Table], loops.Rows]
    rows: int
    limit: float
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def table(self) -> Table:
        """The declared table."""
        return SOURCES[self.source].table(self.table_name)

    def config(self, address: str) -> dict[str, Any]:
        """Return the configuration of a load from an address: a vendor's, or a drop folder's."""
        if self.source == "web_events":
            return {"inbox": str(Path(address).parent)}
        spec = SOURCES[self.source]
        return {**spec.defaults, **spec.sandbox, "base_url": address, **dict(self.settings)}


_BIG = ("calls_per_10_seconds", 1_000_000)
RESOURCES = (
    Resource(
        *("hubspot_contacts", "hubspot", "contacts", loops.hubspot_contacts, 50_000, ENTITY_LIMIT),
        (_BIG, ("skip", "forms, marketing_emails, campaigns, lists")),
    ),
    Resource(
        *("salesforce_contacts", "salesforce", "contacts", loops.salesforce_contacts),
        *(50_000, ENTITY_LIMIT),
        # A bulk job answers in CSV: both read the pages of REST.
        (
            *(("client_id", ""), ("client_secret", ""), ("access_token", "made-up")),
            ("bulk_rows", 10**9),
        ),
    ),
    Resource(
        *("klaviyo_profiles", "klaviyo", "profiles", loops.klaviyo_profiles),
        *(50_000, ENTITY_LIMIT),
    ),
    Resource(
        *("web_events", "web_events", "events", web_loop.web_events),
        *(300_000, VOLUME_LIMIT),
    ),
    Resource(
        *("mailchimp_activity", "mailchimp", "email_activity", loops.mailchimp_activity),
        *(300_000, VOLUME_LIMIT),
    ),
    Resource(
        *("klaviyo_events", "klaviyo", "events", loops.klaviyo_events, 300_000, VOLUME_LIMIT),
    ),
    Resource(
        *("meta_ad_days", "meta_ads", "insights", loops.meta_ad_days, 300_000, VOLUME_LIMIT),
        (("account_id", "42"), ("first_day", "2026-01-01"), _BIG),
    ),
    Resource(
        *("google_ad_days", "google_ads", "ad_stats", loops.google_ad_days),
        *(300_000, VOLUME_LIMIT),
        (("customer_id", "4242"), ("first_day", "2026-01-01"), _BIG),
    ),
)
NAMED = {each.name: each for each in RESOURCES}
