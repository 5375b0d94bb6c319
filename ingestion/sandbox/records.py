"""Who is written down where: the records of each person, with the dirt that real tools hold."""

from dataclasses import dataclass, replace
from random import Random

from ingestion.sandbox import names
from ingestion.sandbox.company import DAY, HOUR, Company, Person
from ingestion.sandbox.dirt import SET_UP, Dirt, is_of_the_set_up, of_contact
from ingestion.sandbox.wire.salesforce_shape import in_salesforce

DUPLICATE_SHARE = 0.20
# Of those whom no other record knows: about one person in a hundred.
ERASED_SHARE = 0.08


@dataclass(frozen=True)
class ContactRecord:
    """One CRM contact. `dirt` names how it differs from the person; None is the clean one.

    `spoiled` is a field that was typed wrong, whoever the record is of.
    """

    contact_id: str
    person: Person
    created: int
    first: str
    last: str
    email: str
    phone: str
    dirt: str | None = None
    merged_into: str | None = None
    gone_at: int | None = None
    gone_how: str | None = None
    spoiled: Dirt | None = None


def contacts(company: Company) -> list[ContactRecord]:
    """Return every CRM contact record of the company, duplicates included."""
    return [record for person in company.persons for record in _contacts(company.seed, person)]


def main_contact_id(person: Person) -> str:
    """Return the id of the person's first contact."""
    return str(100_000 + person.number * 10)


def _contacts(seed: int, person: Person) -> list[ContactRecord]:
    if person.lead_at is None:
        return []
    rng = Random(f"{seed}/records/{person.number}")
    main = ContactRecord(
        main_contact_id(person),
        person,
        SET_UP if is_of_the_set_up(seed, person) else person.lead_at,
        person.first,
        person.last,
        person.email,
        person.phone if rng.random() < 0.8 else "",
    )
    has_deal = any(stage == "opportunity" for stage, _ in person.stages)
    fate = rng.random()
    if person.kind != "person" or has_deal or fate > 0.03:
        found = [main]
    else:
        how = "archived" if fate < 0.024 else "deleted"
        gone = person.lead_at + rng.randint(20, 300) * DAY
        found = [ContactRecord(*_fields(main), None, None, gone, how)]
    if person.kind == "person" and rng.random() < DUPLICATE_SHARE:
        found.append(_duplicate(rng, main))
    asked = Random(f"{seed}/privacy/{person.number}")
    is_plain = person.kind == "person" and not has_deal and found == [main]
    is_elsewhere = person.subscribed_at is not None or in_salesforce(person.account)
    if is_plain and not is_elsewhere and asked.random() < ERASED_SHARE:
        at = person.lead_at + asked.randint(20, 300) * DAY
        return [ContactRecord(*_fields(main), None, None, at, "erased")]
    if person.kind != "person" or found[0].gone_how:
        return found
    is_alone = is_plain and not is_elsewhere and not person.sessions
    # By the number alone some records find each other.
    phone = main.phone if found == [main] and not in_salesforce(person.account) else ""
    spoiled = of_contact(seed, main.contact_id, person, phone, is_alone)
    return [replace(main, spoiled=spoiled), *found[1:]]


def _fields(record: ContactRecord) -> tuple[str, Person, int, str, str, str, str]:
    return (
        record.contact_id,
        record.person,
        record.created,
        record.first,
        record.last,
        record.email,
        record.phone,
    )


def _duplicate(rng: Random, main: ContactRecord) -> ContactRecord:
    person = main.person
    created = main.created + rng.randint(1, 200) * DAY + rng.randint(0, 23) * HOUR
    first, last, email, phone = person.first, person.last, person.email, person.phone
    dirt = rng.choice(("case", "plus_tag", "nickname", "typo_name", "second_address", "same_phone"))
    local, _, host = email.partition("@")
    if dirt == "case":
        email = email.upper()
    elif dirt == "plus_tag":
        email = f"{local}+news@{host}"
    elif dirt == "nickname":
        first = names.NICKNAMES.get(first, first)
    elif dirt == "typo_name" and len(last) > 3:
        spot = rng.randrange(1, len(last) - 1)
        last = last[:spot] + last[spot + 1] + last[spot] + last[spot + 2 :]
    elif dirt == "second_address":
        email = f"{person.first}.{person.last}{person.number}@gmail.com".lower()
    elif dirt == "same_phone":
        email = ""
    merged = rng.random() < 0.2
    return ContactRecord(
        str(int(main.contact_id) + 1),
        person,
        created,
        first,
        last,
        email,
        phone,
        dirt,
        main.contact_id if merged else None,
        created + rng.randint(2, 60) * DAY if merged else None,
        "merged" if merged else None,
    )
