"""The one registry of the vendors that the made-up company is a customer of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern

from ingestion.sandbox.company import Company
from ingestion.sandbox.http import View
from ingestion.sandbox.ledger import Change, Ledger
from ingestion.sandbox.views import adaptlypost as adaptlypost_view
from ingestion.sandbox.views import ga4 as ga4_view
from ingestion.sandbox.views import google_ads as google_ads_view
from ingestion.sandbox.views import graph_pages
from ingestion.sandbox.views import hubspot as hubspot_view
from ingestion.sandbox.views import klaviyo as klaviyo_view
from ingestion.sandbox.views import linkedin_ads as linkedin_ads_view
from ingestion.sandbox.views import linkedin_pages as linkedin_pages_view
from ingestion.sandbox.views import mailchimp as mailchimp_view
from ingestion.sandbox.views import meta_ads as meta_ads_view
from ingestion.sandbox.views import salesforce as salesforce_view
from ingestion.sandbox.views import stripe as stripe_view
from ingestion.sandbox.views import youtube as youtube_view
from ingestion.sandbox.wire import (
    adaptlypost,
    facebook_pages,
    ga4,
    google_ads,
    hubspot,
    instagram,
    klaviyo,
    linkedin_ads,
    linkedin_pages,
    mailchimp_audience,
    meta_ads,
    salesforce,
    stripe,
    youtube,
)


@dataclass(frozen=True)
class Vendor:
    """A vendor: the paths that are its own, what answers them, what it holds of the company."""

    name: str
    paths: Pattern[str]
    view: View
    changes: Callable[[Company], Iterator[Change]]


VENDORS = (
    # Before Google, whose addresses begin with a version as well: /v26/customers/.
    Vendor("stripe", stripe_view.PATHS, stripe_view.view, stripe.changes),
    Vendor("ga4", ga4_view.PATHS, ga4_view.view, ga4.changes),
    Vendor("hubspot", hubspot_view.PATHS, hubspot_view.view, hubspot.changes),
    Vendor("salesforce", salesforce_view.PATHS, salesforce_view.view, salesforce.changes),
    Vendor("mailchimp", mailchimp_view.PATHS, mailchimp_view.view, mailchimp_audience.changes),
    Vendor("klaviyo", klaviyo_view.PATHS, klaviyo_view.view, klaviyo.changes),
    Vendor("google_ads", google_ads_view.PATHS, google_ads_view.view, google_ads.changes),
    # Pages and Instagram know their own ids; whoever reads the Graph's other numbers stands below.
    Vendor("facebook_pages", graph_pages.PAGE_PATHS, graph_pages.page_view, facebook_pages.changes),
    Vendor("instagram", graph_pages.INSTAGRAM_PATHS, graph_pages.instagram_view, instagram.changes),
    Vendor("meta_ads", meta_ads_view.PATHS, meta_ads_view.view, meta_ads.changes),
    # Before the pages, whose addresses are all that begin alike.
    Vendor("linkedin_ads", linkedin_ads_view.PATHS, linkedin_ads_view.view, linkedin_ads.changes),
    Vendor(
        "linkedin_pages",
        linkedin_pages_view.PATHS,
        linkedin_pages_view.view,
        linkedin_pages.changes,
    ),
    Vendor("youtube", youtube_view.PATHS, youtube_view.view, youtube.changes),
    Vendor("adaptlypost", adaptlypost_view.PATHS, adaptlypost_view.view, adaptlypost.changes),
)


def ledger_of(company: Company) -> Ledger:
    """Return the change ledger of every vendor for the company."""
    return Ledger(change for vendor in VENDORS for change in vendor.changes(company))
