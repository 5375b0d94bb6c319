"""Who HubSpot's records truly are, and the traps that were planted among them."""

from collections.abc import Iterator

import polars as pl

from ingestion.sandbox import dirt, privacy
from ingestion.sandbox.company import Company
from ingestion.sandbox.records import contacts
from ingestion.sandbox.vendor import Belonging, Planted, frame
from ingestion.sandbox.wire import hubspot, hubspot_companies, hubspot_forms, hubspot_routing
from ingestion.sandbox.wire.encode import iso_ms


def people(company: Company) -> Iterator[Belonging]:
    """Yield whose each contact is."""
    for record in contacts(company):
        person = record.person
        yield "contacts", record.contact_id, person.true_id, person.kind, record.dirt or ""


def accounts(company: Company) -> Iterator[tuple[str, str]]:
    """Yield the company record of each account."""
    for each in company.accounts:
        yield hubspot.company_id(each), each.true_id


def planted(company: Company) -> Iterator[Planted]:
    """Yield the traps: kind, source, object, key, what it is about."""
    for record in contacts(company):
        at = ("hubspot", "contacts", record.contact_id)
        if record.dirt:
            yield f"duplicate_{record.dirt}", *at, record.person.true_id
        if record.gone_how:
            yield f"contact_{record.gone_how}", *at, record.merged_into or ""
        if record.person.kind != "person":
            yield f"party_{record.person.kind}", *at, record.person.true_id
        if record.spoiled:
            yield f"dirt_{record.spoiled.kind}", *at, record.spoiled.meant
        if dirt.is_of_the_set_up(company.seed, record.person):
            yield "dirt_stale", *at, ""
    for deal in company.deals:
        at = ("hubspot", "deals", hubspot.deal_id(deal.number))
        if deal.refunds is not None:
            yield "refund", *at, hubspot.deal_id(deal.refunds)
        if len(deal.history) > 1 and any("closed" in stage for stage, _ in deal.history[:-1]):
            yield "deal_reopened", *at, deal.history[-1][0]
        if spoiled := hubspot.spoiled(company.seed, deal):
            yield f"dirt_{spoiled.kind}", *at, spoiled.meant
        if deal.currency == "XAF":
            yield "currency_without_rate", *at, deal.currency
    for account in company.accounts:
        if hubspot_companies.is_restored(company.seed, account):
            yield "company_restored", "hubspot", "companies", hubspot.company_id(account), ""
    yield from hubspot_routing.planted(company)
    for at, notice in privacy.notices(company):
        yield "privacy_delete", *notice, iso_ms(at)


def spam_submissions(company: Company) -> pl.DataFrame:
    """Return whether each form submission was written by no buyer."""
    rows = [
        (hubspot_forms.submission_id(person), person.kind == "spam")
        for person in company.persons
        if person.form_visit is not None
    ]
    return frame(("submission_id", "is_spam"), rows)
