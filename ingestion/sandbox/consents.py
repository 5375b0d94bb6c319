"""What people allow and refuse beyond the newsletter's own story, and who writes over it.

Drawn from streams of its own, so that no other fact of the company moves.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from ingestion.sandbox.company import DAY, END, START, Person
from ingestion.sandbox.privacy import deleted_for_good

# A mail goes out every 14 days: who stayed longer was sent one, whose report knows who left it.
_STAYED = 15 * DAY
# The checkbox came with the second version of the form.
ASKED_SINCE = START + 200 * DAY
INTEREST = "Legitimate interest – prospect/lead"
GIVEN = "Freely given consent from contact"
RETURN_SHARE, IMPORT_SHARE = 0.25, 0.35
REFUSED_SHARE, CLEARED_SHARE = 0.12, 0.4
COPY_SHARE, NO_CALL_SHARE, OBJECTION_SHARE = 0.25, 0.10, 0.08
SMS_SHARE, SMS_STOP_SHARE = 0.40, 0.25
MISFIRE_SHARE = 0.5


@dataclass(frozen=True)
class Return:
    """When a member who had left the newsletter is on it again: by a form of its own, or a list."""

    at: int
    how: Literal["form", "import"]


@dataclass(frozen=True)
class Refusal:
    """When a contact opted out in the CRM, and when an import wrote over it, if one did."""

    at: int
    cleared_at: int | None


@dataclass(frozen=True)
class Basis:
    """The legal basis that stands on a contact from its first day, and who set it."""

    text: str
    set_by: Literal["CRM_UI", "IMPORT"]


def returned(seed: int, person: Person) -> Return | None:
    """Return how a person came back on the newsletter, None for nearly all."""
    left = person.unsubscribed_at
    if left is None or not was_sent_a_mail(person):
        return None
    if deleted_for_good(seed, person) is not None or is_archived(person):
        return None
    rng = Random(f"{seed}/consent/return/{person.number}")
    drawn, at = rng.random(), left + rng.randint(10, 60) * DAY
    if drawn < RETURN_SHARE:
        return Return(at, "form")
    return Return(at, "import") if drawn < RETURN_SHARE + IMPORT_SHARE else None


def was_sent_a_mail(person: Person) -> bool:
    """Whether a person was on the newsletter long enough that a mail's report knows who left."""
    return (person.unsubscribed_at or END) - (person.subscribed_at or END) >= _STAYED


def is_archived(person: Person) -> bool:
    """Whether who left the newsletter is tidied away a month later."""
    return person.unsubscribed_at is not None and person.number % 3 == 0


def refused(seed: int, person: Person) -> Refusal | None:
    """Return the opt-out in the CRM of a person who never was on the newsletter."""
    if person.kind != "person" or person.subscribed_at is not None or person.lead_at is None:
        return None
    rng = Random(f"{seed}/consent/refusal/{person.number}")
    if rng.random() >= REFUSED_SHARE:
        return None
    at = person.lead_at + rng.randint(5, 150) * DAY
    return Refusal(at, at + rng.randint(5, 60) * DAY if rng.random() < CLEARED_SHARE else None)


def basis(seed: int, person: Person) -> Basis | None:
    """Return the legal basis on the contact of a person who never was on the newsletter."""
    if person.kind != "person" or person.subscribed_at is not None:
        return None
    drawn = Random(f"{seed}/consent/basis/{person.number}").random()
    if drawn < 0.5:
        return Basis(INTEREST, "CRM_UI")
    if drawn < 0.65:
        return Basis(GIVEN, "CRM_UI")
    return Basis(GIVEN, "IMPORT") if drawn < 0.8 else None


def ticked(person: Person) -> bool:
    """Whether the person's form had the checkbox: nobody could send it without."""
    asked = person.form_visit is not None and (person.lead_at or 0) >= ASKED_SINCE
    return asked and person.kind == "person"


def copy_refuses(seed: int, record_id: str) -> bool:
    """Whether a second record of a person holds a refusal that the first does not."""
    return Random(f"{seed}/consent/copy/{record_id}").random() < COPY_SHARE


def not_to_be_called(seed: int, person: Person) -> bool:
    """Whether a seller noted that a person wants no calls."""
    return Random(f"{seed}/consent/phone/{person.number}").random() < NO_CALL_SHARE


def objects(seed: int, person: Person) -> bool:
    """Whether a person objected to being profiled."""
    return Random(f"{seed}/consent/profiling/{person.number}").random() < OBJECTION_SHARE


def texts(seed: int, person: Person, since: int) -> tuple[tuple[int, str, str], ...]:
    """Return (instant, consent, method) of a person's text messages: most never asked for any."""
    rng = Random(f"{seed}/consent/sms/{person.number}")
    if rng.random() >= SMS_SHARE:
        return ()
    given = (since, "SUBSCRIBED", "FORM")
    stopped = since + rng.randint(20, 200) * DAY
    if rng.random() >= SMS_STOP_SHARE:
        return (given,)
    return given, (stopped, "UNSUBSCRIBED", "INBOUND_MESSAGE")


def is_named_in_spite(seed: int, person: Person) -> bool:
    """Whether the web site names a visitor who refused to be followed, by a tag set up wrong."""
    if person.has_consent or person.kind != "person":
        return False
    return Random(f"{seed}/consent/misfire/{person.number}").random() < MISFIRE_SHARE
