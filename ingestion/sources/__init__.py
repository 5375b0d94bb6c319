"""The one registry of sources: a new one is one line here."""

from ingestion.contract import Source
from ingestion.sources.file_drops import FILE_DROPS
from ingestion.sources.ga4 import GA4
from ingestion.sources.google_ads import GOOGLE_ADS
from ingestion.sources.hubspot import HUBSPOT
from ingestion.sources.linkedin_pages import LINKEDIN_PAGES
from ingestion.sources.mailchimp import MAILCHIMP
from ingestion.sources.stripe import STRIPE
from ingestion.sources.web_events import WEB_EVENTS

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        HUBSPOT,
        MAILCHIMP,
        GOOGLE_ADS,
        LINKEDIN_PAGES,
        STRIPE,
        GA4,
        WEB_EVENTS,
        FILE_DROPS,
    )
}
