"""HubSpot's lists, and who joins and leaves them."""

from collections.abc import Iterator

from ingestion.sandbox.company import DAY, START, Company, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import ContactRecord, contacts, main_contact_id
from ingestion.sandbox.wire.encode import change, iso_ms

MQL_LIST, CUSTOMER_LIST, DELETED_LIST = "41", "42", "43"


def changes(company: Company) -> Iterator[Change]:
    """Yield every list, one of which is deleted later, and every membership."""
    for id_, name in (
        (MQL_LIST, "MQLs that sales has not taken"),
        (CUSTOMER_LIST, "Customers"),
        (DELETED_LIST, "Fair visitors 2025"),
    ):
        body = {
            "listId": id_,
            "name": name,
            "objectTypeId": "0-1",
            "listVersion": 1,
            "processingType": "DYNAMIC",
            "processingStatus": "COMPLETE",
            "createdAt": iso_ms(START),
            "updatedAt": iso_ms(START),
            "filtersUpdatedAt": iso_ms(START),
        }
        yield change("hubspot", "lists", id_, START, body)
        if id_ == DELETED_LIST:
            yield change("hubspot", "lists", id_, START + 300 * DAY, body, status="deleted")
    main = {each.contact_id: each for each in contacts(company)}
    for person in company.persons:
        yield from _memberships(person, main.get(main_contact_id(person)))


def _memberships(person: Person, contact: ContactRecord | None) -> Iterator[Change]:
    """Yield how a person joins and leaves: an MQL leaves when sales takes over, or is gone."""
    if contact is None:
        return
    reached = dict(person.stages)
    left = reached.get("salesqualifiedlead") or contact.gone_at
    if "marketingqualifiedlead" in reached:
        yield from _membership(MQL_LIST, contact, reached["marketingqualifiedlead"], left)
    if "customer" in reached:
        yield from _membership(CUSTOMER_LIST, contact, reached["customer"], None)
    if person.form_visit is None and person.kind == "person":
        yield from _membership(DELETED_LIST, contact, contact.created, contact.gone_at)


def _membership(
    list_id: str, contact: ContactRecord, joined: int, left: int | None
) -> Iterator[Change]:
    body = {"recordId": contact.contact_id, "membershipTimestamp": iso_ms(joined)}
    key = f"{list_id}:{contact.contact_id}"
    yield change("hubspot", "memberships", key, joined, body, parent=list_id)
    if left is not None and left > joined:
        yield change("hubspot", "memberships", key, left, body, parent=list_id, status="deleted")
