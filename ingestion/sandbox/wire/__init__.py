"""The company as each vendor writes it down."""

from ingestion.sandbox.company import Company
from ingestion.sandbox.ledger import Ledger


def ledger_of(company: Company) -> Ledger:
    """Return the change ledger of every vendor for the company."""
    from ingestion.sandbox.wire import google_ads, hubspot, linkedin_pages, mailchimp

    vendors = (hubspot, mailchimp, google_ads, linkedin_pages)
    return Ledger(change for vendor in vendors for change in vendor.changes(company))
