"""Who Salesforce's records truly are, and the traps that were planted among them."""

from collections.abc import Iterator

from ingestion.sandbox.company import Company
from ingestion.sandbox.vendor import Belonging, Planted
from ingestion.sandbox.wire import hubspot, salesforce, salesforce_people, salesforce_sales
from ingestion.sandbox.wire.salesforce_shape import account_id, in_salesforce, opportunity_id


def people(company: Company) -> Iterator[Belonging]:
    """Yield whose each lead and contact is."""
    for each in salesforce_people.records(company):
        yield each.object, each.id, each.person.true_id, each.person.kind, each.dirt or ""


def accounts(company: Company) -> Iterator[tuple[str, str]]:
    """Yield the account records, the copies of some included."""
    for each in company.accounts:
        if in_salesforce(each):
            yield account_id(each), each.true_id
            if salesforce.has_twin(company.seed, each):
                yield salesforce.twin_account_id(each), each.true_id


def planted(company: Company) -> Iterator[Planted]:
    """Yield the traps: kind, source, object, key, what it is about."""
    for each in salesforce_people.records(company):
        at = ("salesforce", each.object, each.id)
        if each.merged_into:
            yield "record_merged", *at, each.merged_into
        if each.contact_id:
            yield "lead_converted", *at, each.contact_id
        if each.deleted_at is not None:
            yield "record_deleted" if each.undeleted_at is None else "record_restored", *at, ""
    for deal in company.deals:
        if in_salesforce(deal.account):
            id_ = opportunity_id(deal.number)
            at = ("salesforce", "deals", id_)
            yield "opportunity_mirrored", *at, hubspot.deal_id(deal.number)
            if salesforce_sales.was_restored(company.seed, deal):
                yield "record_restored", *at, ""
            if salesforce_sales.typed_twice(company.seed, deal):
                twice = salesforce_sales.twice_id(deal)
                yield "record_deleted", "salesforce", "deals", twice, id_
