"""The one registry of sources: a new one is one line here."""

from ingestion.contract import Source
from ingestion.sources.adaptlypost import ADAPTLYPOST
from ingestion.sources.asana import ASANA
from ingestion.sources.facebook_pages import FACEBOOK_PAGES
from ingestion.sources.file_drops import FILE_DROPS
from ingestion.sources.ga4 import GA4
from ingestion.sources.google_ads import GOOGLE_ADS
from ingestion.sources.hubspot import HUBSPOT
from ingestion.sources.instagram import INSTAGRAM
from ingestion.sources.klaviyo import KLAVIYO
from ingestion.sources.linkedin_ads import LINKEDIN_ADS
from ingestion.sources.linkedin_pages import LINKEDIN_PAGES
from ingestion.sources.mailchimp import MAILCHIMP
from ingestion.sources.meta_ads import META_ADS
from ingestion.sources.salesforce import SALESFORCE
from ingestion.sources.stripe import STRIPE
from ingestion.sources.web_events import WEB_EVENTS
from ingestion.sources.wordpress import WORDPRESS
from ingestion.sources.youtube import YOUTUBE

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        HUBSPOT,
        SALESFORCE,
        MAILCHIMP,
        KLAVIYO,
        GOOGLE_ADS,
        META_ADS,
        LINKEDIN_ADS,
        LINKEDIN_PAGES,
        FACEBOOK_PAGES,
        INSTAGRAM,
        YOUTUBE,
        ADAPTLYPOST,
        ASANA,
        STRIPE,
        GA4,
        WORDPRESS,
        WEB_EVENTS,
        FILE_DROPS,
    )
}
