"""What holds for each person, worked out from the company's own story and not from any tool.

Left out is who vanished from a tool with what was said there: nobody can know it any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.sandbox import consents
from ingestion.sandbox.company import DAY, END, Company, Person
from ingestion.sandbox.privacy import deleted_for_good
from ingestion.sandbox.records import ContactRecord, contacts, main_contact_id
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire import klaviyo, mailchimp
from ingestion.sandbox.wire.klaviyo import Profile
from ingestion.sandbox.wire.salesforce_people import SalesRecord, records

YEAR, TWO_YEARS = 365 * DAY, 730 * DAY
# Whoever lives here is written to until they refuse.
WITHOUT_ASKING = "US"
Pair = tuple[str, str]
MAIL, TEXT, CALL = ("email", "marketing"), ("sms", "marketing"), ("phone", "marketing")
SCORE = ("any", "profiling")


@dataclass(frozen=True, order=True)
class Fact:
    """One thing that happened: refused, given (by the person), noted (by somebody), or nothing.

    `holds` is how long a grant lasts. `kind` names the trap, if it is one.
    """

    at: int
    what: str
    holds: int = TWO_YEARS
    kind: str = ""


@dataclass(frozen=True)
class Known:
    """Every record of one person."""

    person: Person
    contacts: list[ContactRecord]
    profiles: list[Profile]
    sales: list[SalesRecord]


def everyone(company: Company) -> Iterator[Known]:
    """Yield the persons of whom every tool still holds what it was told."""
    held: dict[int, Known] = {
        person.number: Known(person, [], [], [])
        for person in company.persons
        if person.kind == "person"
    }
    for contact in contacts(company):
        if contact.person.number in held:
            held[contact.person.number].contacts.append(contact)
    for profile in klaviyo.profiles(company):
        held[profile.person.number].profiles.append(profile)
    for sold in records(company):
        held[sold.person.number].sales.append(sold)
    for known in held.values():
        if not _has_vanished(company.seed, known):
            yield known


def _has_vanished(seed: int, known: Known) -> bool:
    """Whether a tool shows no more what it was told.

    Of a member who is deleted for good the reports of mails go on telling that they left, by the
    digest of an address that the CRM holds too.
    """
    person = known.person
    is_forgotten = deleted_for_good(seed, person) is not None and not (
        consents.was_sent_a_mail(person)
        and mailchimp.member_email(seed, person).lower() == person.email.lower()
    )
    return (
        is_forgotten
        or any(each.gone_how in ("archived", "deleted", "erased") for each in known.contacts)
        or any(each.gone is not None for each in known.profiles)
        or any(each.deleted_at is not None for each in known.sales)
    )


def facts(seed: int, known: Known) -> dict[Pair, list[Fact]]:
    """Return what was said of a person, by channel and purpose."""
    person = known.person
    sms = [
        Fact(at, "given" if said == "SUBSCRIBED" else "refused", kind="sms")
        for profile in known.profiles
        if klaviyo.has_phone(profile)
        for at, said, _ in consents.texts(seed, person, profile.created)
    ]
    first = [each for each in known.sales if each.copy == 0]
    call = [
        Fact(each.created, "refused", kind="no_call")
        for each in first
        if consents.not_to_be_called(seed, person)
    ]
    score = [
        Fact(each.created, "refused", kind="objection")
        for each in first
        if consents.objects(seed, person)
    ]
    return {MAIL: list(_of_mail(seed, known)), TEXT: sms, CALL: call, SCORE: score}


def _of_mail(seed: int, known: Known) -> Iterator[Fact]:
    person = known.person
    if person.subscribed_at is not None:
        yield Fact(person.subscribed_at, "noted")
    if person.unsubscribed_at is not None:
        is_gone = deleted_for_good(seed, person) is not None
        kind = "deleted_for_good" if is_gone else "unsubscribed"
        yield Fact(person.unsubscribed_at, "refused", kind=kind)
    if back := consents.returned(seed, person):
        is_own = back.how == "form"
        yield Fact(back.at, "given" if is_own else "nothing", kind=f"return_by_{back.how}")
    for profile in known.profiles:
        yield Fact(profile.created, "noted")
        if profile.left is not None:
            kind = "tools_disagree" if profile.disagrees else "unsubscribed"
            yield Fact(profile.left, "refused", kind=kind)
    if consents.ticked(person):
        yield Fact(person.lead_at or 0, "given")
    if basis := consents.basis(seed, person):
        holds = YEAR if basis.text == consents.INTEREST else TWO_YEARS
        what = "noted" if basis.set_by == "CRM_UI" else "nothing"
        yield Fact(person.lead_at or 0, what, holds, "expiring" if holds == YEAR else "")
    if refusal := consents.refused(seed, person):
        kind = "cleared_by_import" if refusal.cleared_at else "refused_in_crm"
        yield Fact(refusal.at, "refused", kind=kind)
    for contact in known.contacts:
        is_copy = contact.contact_id != main_contact_id(person) and contact.gone_how is None
        if is_copy and consents.copy_refuses(seed, contact.contact_id):
            yield Fact(contact.created + DAY, "refused", kind="copy_refuses")
    for sold in known.sales:
        if sold.copy and consents.copy_refuses(seed, sold.id):
            yield Fact(sold.created, "refused", kind="merged_refuses")


def states(company: Company) -> Iterator[tuple[str, str, str, int, str, str]]:
    """Yield (person, channel, purpose, since, state, trap): each state until the next one."""
    for known in everyone(company):
        for (channel, purpose), said in facts(company.seed, known).items():
            is_free = channel != "sms" and (
                channel != "email" or known.person.place[0] == WITHOUT_ASKING
            )
            moments = {0, *(each.at for each in said)}
            moments |= {each.at + each.holds for each in said if each.what in ("given", "noted")}
            before = None
            for at in sorted(moments):
                found = _state(said, at, is_free=is_free)
                if found != before:
                    yield known.person.true_id, channel, purpose, at, *found
                before = found


def _state(said: list[Fact], at: int, *, is_free: bool) -> tuple[str, str]:
    """Return the state at an instant, and the trap that it rests on."""
    past = [each for each in said if each.at <= at]
    refused = max((each for each in past if each.what == "refused"), default=None)
    own = [each for each in past if each.what == "given"]
    if refused is None:
        standing = own + [each for each in past if each.what == "noted"]
    else:
        standing = [each for each in own if each.at > refused.at]
    trap = max(((each.at, each.kind) for each in past if each.kind), default=(0, ""))[1]
    if refused and not standing:
        return "opted_out", trap
    if any(each.at + each.holds > at for each in standing):
        return "granted", trap
    if is_free:
        return "no_objection", trap
    return ("expired" if standing else "no_consent"), trap


def mailable(company: Company) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield (source, object, record, from, to): who stands on a list as subscribed."""
    for known in everyone(company):
        person = known.person
        if person.subscribed_at is None:
            continue
        member = mailchimp.email_id(mailchimp.member_email(company.seed, person))
        record = f"{mailchimp.LIST}:{member}"
        at = ("mailchimp", "members", record)
        yield *at, person.subscribed_at, person.unsubscribed_at or END
        if back := consents.returned(company.seed, person):
            yield *at, back.at, END
        for profile in known.profiles:
            yield "klaviyo", "members", f"all:{profile.id}", profile.created, profile.left or END


def planted(company: Company) -> Iterator[Planted]:
    """Yield the traps: kind, source, object, key, what it is about."""
    for person in company.persons:
        contact = ("hubspot", "contacts", main_contact_id(person))
        if back := consents.returned(company.seed, person):
            id_ = mailchimp.email_id(mailchimp.member_email(company.seed, person))
            yield f"consent_return_by_{back.how}", "mailchimp", "members", id_, person.true_id
        refusal = consents.refused(company.seed, person)
        if refusal and refusal.cleared_at:
            yield "consent_cleared_by_import", *contact, person.true_id
        basis = consents.basis(company.seed, person)
        if basis and basis.text == consents.INTEREST:
            yield "consent_expires", *contact, person.true_id
        if consents.is_named_in_spite(company.seed, person) and person.sessions:
            visitor = person.sessions[0].visitor
            yield "consent_named_in_spite", "web_events", "visitors", visitor, person.true_id
    for each in contacts(company):
        is_copy = each.contact_id != main_contact_id(each.person) and each.gone_how is None
        if is_copy and consents.copy_refuses(company.seed, each.contact_id):
            at = ("hubspot", "contacts", each.contact_id)
            yield "consent_copy_refuses", *at, each.person.true_id
    for sold in records(company):
        if sold.copy and consents.copy_refuses(company.seed, sold.id):
            at = ("salesforce", sold.object, sold.id)
            yield "consent_merged_refuses", *at, sold.person.true_id
