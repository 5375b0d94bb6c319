"""The people of the sandbox company at any scale, as the rows that staging would hand on.

A whole home of a million records takes hours of web visits that identity never reads. Here the same
generator draws the same people with the same dirt, one by one, and forgets their visits; CRM
contacts, list members and sales records are written down as their connectors would. Without deals,
so no lead is converted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingestion.sandbox import company as sandbox
from ingestion.sandbox import records
from ingestion.sandbox.wire import hubspot_shape, mailchimp, salesforce_people, salesforce_shape

MONTHS_RATIO = 24 / 18
MERGES = ("source", "object", "loser_record_id", "winner_record_id")


@dataclass
class People:
    """Rows of `int_identity__source_rows`, vendor merges, and the person of each record key."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    merges: list[tuple[str, str, str, str]] = field(default_factory=list)
    person_of: list[tuple[str, str]] = field(default_factory=list)


def draw(seed: int, scale: float, *, chunk: int = 50_000) -> Iterator[People]:
    """Yield the people of a seed and scale, so many at a time, and the accounts with the first."""
    count = max(20, round(sandbox.PERSONS_PER_SCALE * scale * MONTHS_RATIO))
    accounts = [sandbox._account(seed, number) for number in range(max(6, count // 4))]
    found = People()
    for account in accounts:
        _company(found, account)
    for number in range(count):
        person = sandbox._person(seed, number, accounts)
        sandbox._live(seed, person, {})
        _hubspot(found, seed, person)
        _mailchimp(found, seed, person)
        _salesforce(found, seed, person)
        if number % chunk == chunk - 1:
            yield found
            found = People()
    yield found


def _company(found: People, account: sandbox.Account) -> None:
    _row(
        found, "hubspot", "companies", hubspot_shape.company_id(account), sandbox.START,
        company_name=account.name, company_domain=account.domain, country=account.place[1],
        company_record_id=hubspot_shape.company_id(account),
    )  # fmt: skip


def _hubspot(found: People, seed: int, person: sandbox.Person) -> None:
    account = person.account
    for each in records._contacts(seed, person):
        key = _row(
            found, "hubspot", "contacts", each.contact_id, each.created,
            email=each.email, phone=each.phone, first_name=each.first, last_name=each.last,
            company_name=account.name if account else None,
            company_record_id=hubspot_shape.company_id(account) if account else None,
            city=person.place[2], region=person.place[3], postal_code=person.place[4],
            country=person.place[1],
        )  # fmt: skip
        _belongs(found, key, person)
        if each.merged_into and key:
            found.merges.append(("hubspot", "contacts", each.contact_id, each.merged_into))


def _mailchimp(found: People, seed: int, person: sandbox.Person) -> None:
    if person.subscribed_at is None:
        return
    email = mailchimp.member_email(seed, person)
    id_ = f"{mailchimp.LIST}:{mailchimp.email_id(email)}"
    key = _row(
        found, "mailchimp", "members", id_, person.subscribed_at,
        email=email, first_name=person.first, last_name=person.last,
        company_name=person.account.name if person.account else None,
    )  # fmt: skip
    _belongs(found, key, person)


def _salesforce(found: People, seed: int, person: sandbox.Person) -> None:
    if person.kind != "person" or not salesforce_shape.in_salesforce(person.account):
        return
    account = person.account
    for each in salesforce_people._records(seed, person, None):
        key = _row(
            found, "salesforce", each.object, each.id, each.created,
            email=each.email, phone=each.phone, first_name=each.first, last_name=person.last,
            company_name=account.name if account else None,
            city=person.place[2], region=person.place[3], postal_code=person.place[4],
            country=person.place[1],
        )  # fmt: skip
        _belongs(found, key, person)
        if each.merged_into and key:
            found.merges.append(("salesforce", each.object, each.id, each.merged_into))


def _belongs(found: People, key: str | None, person: sandbox.Person) -> None:
    if key and person.kind == "person":
        found.person_of.append((key, person.true_id))


def _row(
    found: People, source: str, object_: str, id_: str, created: int, **fields: Any
) -> str | None:
    """Write a record down, unless it is younger than the vendors' clock; return its key."""
    born = datetime.fromtimestamp(created / 1000, UTC).replace(tzinfo=None)
    if born > sandbox.DEFAULT_AS_OF.replace(tzinfo=None):
        return None
    flags = {"is_archived": False, "is_deleted": False}
    stated = {name: value or None for name, value in fields.items()}
    key = {"source": source, "object": object_, "source_record_id": id_}
    found.rows.append(key | stated | flags | {"created_at": born, "updated_at": born})
    return f"{source}|{object_}|{id_}"
