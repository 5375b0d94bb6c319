"""Who Mailchimp's members truly are, who was deleted for good, and which opens are machines."""

from collections.abc import Iterator

import polars as pl

from ingestion.sandbox import privacy
from ingestion.sandbox.company import Company, Person
from ingestion.sandbox.vendor import Belonging, Planted, frame
from ingestion.sandbox.wire import mailchimp
from ingestion.sandbox.wire.encode import iso_ms


def people(company: Company) -> Iterator[Belonging]:
    """Yield whose each member of the list is; two persons with one address are one member."""
    for person in _subscribers(company):
        key = f"{mailchimp.LIST}:{_member_id(company, person)}"
        yield "members", key, person.true_id, person.kind, ""


def planted(company: Company) -> Iterator[Planted]:
    """Yield the members that were deleted for good."""
    for person in company.persons:
        if (at := privacy.deleted_for_good(company.seed, person)) is not None:
            id_ = _member_id(company, person)
            yield "deleted_for_good", "mailchimp", "members", id_, iso_ms(at)


def opens(company: Company) -> pl.DataFrame:
    """Return every open: the mail, the member, the second, whether a machine did it."""
    rows = []
    members = _subscribers(company)
    for mail in mailchimp.mails():
        for person in members:
            if not (person.subscribed_at or 0) <= mail.sent < (person.unsubscribed_at or 2**62):
                continue
            id_ = _member_id(company, person)
            rows += [
                (mail.id, id_, iso_ms(each.at // 1000 * 1000), each.is_machine)
                for each in mailchimp.reactions(company.seed, mail, person)
                if each.action == "open"
            ]
    columns = ("campaign_id_mailchimp", "email_id", "occurred_at", "is_machine")
    key = list(columns[:3])
    # A second in which both a human and a machine opened one mail proves nothing: left out.
    settled = pl.col("is_machine").n_unique().over(key) == 1
    return frame(columns, rows).filter(settled).unique(key, keep="first", maintain_order=True)


def _subscribers(company: Company) -> list[Person]:
    return [person for person in company.persons if person.subscribed_at is not None]


def _member_id(company: Company, person: Person) -> str:
    return mailchimp.email_id(mailchimp.member_email(company.seed, person))
