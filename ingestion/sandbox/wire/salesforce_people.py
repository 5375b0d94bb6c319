"""Who is written down in Salesforce: leads, the contacts they become, and copies of both.

Only people of the accounts whose sales team works there; marketing's leads arrive minutes after
they qualify, sellers type others in.
"""

from dataclasses import dataclass, replace
from random import Random

from ingestion.sandbox import names
from ingestion.sandbox.company import DAY, HOUR, Company, Deal, Person
from ingestion.sandbox.wire.salesforce_shape import MINUTE, in_salesforce, sales_id

COPIED_SHARE = 0.30
MERGED_SHARE = 0.7
CHAINED_SHARE = 0.5
# Deleted records wait so long in the recycle bin; then they are purged.
BIN_DAYS = 15


@dataclass(frozen=True)
class SalesRecord:
    """A lead or a contact. `dirt` names how it differs from the person; None is the clean one.

    `copy` numbers the records of one person. `steps` are the (instant, status) of a lead. A
    converted lead names the contact that it became.
    """

    object: str
    copy: int
    person: Person
    created: int
    first: str
    email: str
    phone: str
    steps: tuple[tuple[int, str], ...] = ()
    dirt: str | None = None
    converted_at: int | None = None
    contact_id: str | None = None
    deal: Deal | None = None
    merged_into: str | None = None
    merged_at: int | None = None
    deleted_at: int | None = None
    undeleted_at: int | None = None

    @property
    def id(self) -> str:
        """The id, by the object's own prefix."""
        return sales_id("00Q" if self.object == "leads" else "003", self.number)

    @property
    def number(self) -> int:
        """The number behind the id."""
        return self.person.number * 10 + self.copy


def records(company: Company) -> list[SalesRecord]:
    """Return every lead and contact of the company in Salesforce."""
    sold = {deal.contact.number: deal for deal in company.deals if deal.refunds is None}
    return [
        record
        for person in company.persons
        if person.kind == "person" and in_salesforce(person.account)
        for record in _records(company.seed, person, sold.get(person.number))
    ]


def contact_id(person: Person) -> str:
    """Return the id of the contact that a person's lead becomes."""
    return sales_id("003", person.number * 10)


def _records(seed: int, person: Person, deal: Deal | None) -> list[SalesRecord]:
    rng = Random(f"{seed}/salesforce/person/{person.number}")
    reached = dict(person.stages)
    qualified = reached.get("marketingqualifiedlead")
    if qualified is None and rng.random() < 0.5:
        return []
    created = (qualified or person.lead_at or 0) + rng.randint(2, 12) * MINUTE
    email, dirt = person.email, None
    told = rng.random()
    if told < 0.07:
        email = f"{person.first}.{person.last}{person.number}@gmail.com".lower()
        dirt = "second_address"
    elif told < 0.09:
        email, dirt = "", "same_phone"
    lead = SalesRecord(
        *("leads", 0, person, created),
        *(person.first, email, person.phone),
        steps=_steps(rng, reached, created, deal),
        dirt=dirt,
    )
    if deal is not None:
        contact = replace(lead, object="contacts", created=deal.created, steps=())
        lead = replace(lead, converted_at=deal.created, contact_id=contact.id, deal=deal)
        found = [lead, contact]
    elif rng.random() < 0.15:
        found = [replace(lead, object="contacts", steps=())]
    else:
        found = [lead]
    if rng.random() < COPIED_SHARE:
        return found + _copies(rng, found[-1])
    if qualified is None and rng.random() < 0.3:
        gone = created + rng.randint(10, 200) * DAY
        back = gone + 3 * DAY if rng.random() < 0.4 else None
        return [replace(found[0], deleted_at=gone, undeleted_at=back)]
    return found


def _steps(
    rng: Random, reached: dict[str, int], created: int, deal: Deal | None
) -> tuple[tuple[int, str], ...]:
    """Return the statuses of a lead; sales calls it before it is found to be worth the while."""
    steps = [(created, "Open - Not Contacted")]
    accepted = reached.get("salesqualifiedlead")
    if accepted is not None:
        steps.append((created + max(1, (accepted - created) // 2), "Working - Contacted"))
        steps.append((accepted, "Qualified"))
        if deal is not None:
            steps.append((deal.created, "Closed - Converted"))
    elif rng.random() < 0.2:
        steps.append((created + rng.randint(5, 30) * DAY, "Closed - Not Converted"))
    return tuple(steps)


def _copies(rng: Random, main: SalesRecord) -> list[SalesRecord]:
    """The person typed in again, and perhaps once more; mostly merged, one into the other."""
    twin = _copy(rng, main, 1)
    if rng.random() >= MERGED_SHARE:
        return [twin]
    merged_at = twin.created + rng.randint(8, 30) * DAY
    merged = replace(twin, merged_into=main.id, merged_at=merged_at)
    if rng.random() >= CHAINED_SHARE:
        return [merged]
    third = _copy(rng, replace(main, created=twin.created), 2)
    third = replace(third, created=twin.created + DAY, merged_into=twin.id)
    return [merged, replace(third, merged_at=merged_at - DAY)]


def _copy(rng: Random, main: SalesRecord, number: int) -> SalesRecord:
    person = main.person
    created = main.created + rng.randint(1, 60) * DAY + rng.randint(0, 23) * HOUR
    dirt = rng.choice(("case", "nickname", "plus_tag"))
    first, email = person.first, person.email
    local, _, host = email.partition("@")
    if dirt == "case":
        email = email.upper()
    elif dirt == "plus_tag":
        email = f"{local}+sales@{host}"
    else:
        first = names.NICKNAMES.get(first, first)
    return SalesRecord(
        *(main.object, number, person, created),
        *(first, email, person.phone),
        steps=((created, "Open - Not Contacted"),) if main.object == "leads" else (),
        dirt=dirt,
    )
