"""Dirt in values as people and forms type them: which field of which record, and what was meant.

Drawn from a stream of its own, so that no other fact of the company moves. What matching reads
(addresses, last names) is spoiled only where no other record tells of the person; fields of deals
only in HubSpot's copies of Salesforce's opportunities, whose values are counted nowhere; tags only
on visits of strangers whose click id tells the channel all the same.
"""

from dataclasses import dataclass
from random import Random
from zlib import crc32

from ingestion.sandbox import names
from ingestion.sandbox.company import DAY, START, Deal, Person, Visit

SHARE, ALONE_SHARE, COPY_SHARE = 0.06, 0.5, 0.4
# Of a thousand visits that may be spoiled.
TAGS_OF_THOUSAND = 60
# Half of the test entries were typed when the CRM was set up, and touched by nobody since.
SET_UP = START - 600 * DAY
_SPELLINGS = {
    "US": ("usa", "U.S.", "united states of america", "Vereinigte Staaten", "America"),
    "GB": ("UK", "England", "Great Britain", "Royaume-Uni", "united kingdom "),
    "DE": ("Deutschland", "GERMANY", "Allemagne", "BRD", "de"),
    "FR": ("france", "Frankreich", "Francia", "FRA"),
    "NL": ("Holland", "The Netherlands", "Niederlande", "Pays-Bas"),
    "CA": ("canada", "Kanada", "CAN"),
}
_NO_COUNTRIES = ("Narnia", "N/A", "Worldwide", "xx", "asdf", "Select one", "Europe")
_STATES = {
    "NY": ("New York", "N.Y.", "ny", "New York State"),
    "IL": ("Illinois", "Ill.", "illinois"),
    "ON": ("Ontario", "Ont.", "on"),
}
_NO_STATES = ("Bavaria", "ZZ", "Somewhere", "n/a", "Northwest")
_NO_NUMBERS = ("0000000000", "111-111-1111", "999 999 9999", "1234567890", "+1 212 555 0100")
_WORDS = ("call me", "n/a", "ask reception", "see e-mail")
_NO_NAMES = ("asdf", "xxx", "test", "Unknown", "N/A", "qwerty")
_MONEY = {
    "USD": ("usd", "US$", "us dollar"),
    "EUR": ("eur", "€", "Euro"),
    "GBP": ("gbp", "£", "pound sterling"),
}
_NO_MONEY = ("BTC", "XYZ", "N/A", "points")
_SLIPS = {
    "google": ("gooogle", "googel", "goggle"),
    "linkedin": ("linkedn", "linekdin", "linkedinn"),
    "paid_social": ("piad_social", "paid_socail", "paid_socal", "paidd_social"),
}
_MACROS = ("{{ad.name}}", "{campaignid}", "%%SITE%%", "[placement]", "__CAMPAIGN_NAME__")
_NO_MEDIUMS = ("flyer", "qr-code", "podcast", "sponsorship-q2", "print")


@dataclass(frozen=True)
class Dirt:
    """A spoiled field: `kind` says what is wrong, `meant` the true value where it can be told."""

    field: str
    kind: str
    value: str | None
    meant: str = ""


def of_contact(seed: int, contact_id: str, person: Person, phone: str, alone: bool) -> Dirt | None:
    """Return what is wrong with a contact, nothing for most; `alone`: nobody else knows it.

    Without a `phone` there is none to spoil.
    """
    rng = Random(f"{seed}/dirt/contact/{contact_id}")
    if alone and rng.random() < ALONE_SHARE:
        return rng.choice((_address, _address, _slip, _slip, _last_name))(rng, person)
    if rng.random() >= SHARE:
        return None
    ways = [_country, _country, *([_number, _number] if phone else [])]
    return rng.choice([*ways, *([_state] if person.place[3] else [])])(rng, person)


def of_deal(seed: int, deal: Deal) -> Dirt | None:
    """Return what is wrong with HubSpot's copy of an opportunity, nothing for most."""
    rng = Random(f"{seed}/dirt/deal/{deal.number}")
    if deal.currency not in _MONEY or deal.refunds is not None or rng.random() >= COPY_SHARE:
        return None
    spelt = rng.choice(_MONEY[deal.currency])
    return rng.choice(
        (
            Dirt("deal_currency_code", "currency_spelling", spelt, deal.currency),
            Dirt("deal_currency_code", "currency_unknown", rng.choice(_NO_MONEY)),
            Dirt("deal_currency_code", "currency_missing", None, deal.currency),
            Dirt("amount", "amount_missing", None),
            Dirt("hubspot_owner_id", "owner_missing", None, deal.owner),
        )
    )


def of_tags(seed: int, visit: Visit) -> Dirt | None:
    """Return what is wrong with the tags of a stranger's visit that an ad brought, mostly nothing.

    A digest decides and no draw: there are half a million visits.
    """
    click, _, _ = (visit.click_id or "").partition(":")
    number = crc32(f"{seed}/dirt/tags/{visit.visitor}/{visit.started}".encode())
    if click not in ("gclid", "li_fat_id") or visit.campaign is None:
        return None
    if number % 1000 >= TAGS_OF_THOUSAND:
        return None
    rng = Random(number)
    source = "google" if click == "gclid" else "linkedin"
    return rng.choice(
        (
            Dirt("utm_medium", "medium_unknown", rng.choice(_NO_MEDIUMS)),
            Dirt("utm_medium", "medium_misspelt", rng.choice(_SLIPS["paid_social"]), "paid_social"),
            Dirt("utm_medium", "medium_macro", rng.choice(_MACROS)),
            Dirt("utm_source", "source_misspelt", rng.choice(_SLIPS[source]), source),
            Dirt("utm_source", "source_macro", rng.choice(_MACROS)),
            Dirt("utm_campaign", "campaign_macro", rng.choice(_MACROS), visit.campaign),
        )
    )


def is_of_the_set_up(seed: int, person: Person) -> bool:
    """Whether a test entry dates from the days in which the CRM was set up."""
    return person.kind == "test" and Random(f"{seed}/dirt/test/{person.number}").random() < 0.5


def _address(rng: Random, person: Person) -> Dirt:
    local, _, host = person.email.partition("@")
    faults = {
        "no_at_sign": f"{local}{host}",
        "blank_inside": f"{local[:3]} {local[3:]}@{host}",
        "double_dot": f"{local}@{host.replace('.', '..')}",
        "domain_without_dot": f"{local}@{host.partition('.')[0]}",
        "two_addresses": f"{person.email}; {local}@{rng.choice(names.FREE_MAIL)}",
        "two_at_signs": f"{local}@@{host}",
        "stray_ending": f"{person.email},",
    }
    how = rng.choice(list(faults))
    return Dirt("email", f"email_{how}", faults[how], person.email)


def _slip(rng: Random, person: Person) -> Dirt:
    """An address at a mailbox provider whose name was mistyped."""
    local = person.email.partition("@")[0]
    provider = rng.choice(("gmail.com", "outlook.com", "yahoo.com", "hotmail.com"))
    label, _, ending = provider.partition(".")
    slipped = f"{label}.con" if rng.random() < 0.3 else f"{_slipped(rng, label)}.{ending}"
    return Dirt("email", "email_typo_domain", f"{local}@{slipped}", f"{local}@{provider}")


def _slipped(rng: Random, word: str) -> str:
    """The word with a letter doubled, dropped, or swapped with the next."""
    spots = [spot for spot in range(1, len(word) - 1) if word[spot] != word[spot + 1]]
    spot = rng.choice(spots)
    head, letter, tail = word[:spot], word[spot], word[spot + 1 :]
    return rng.choice(
        (f"{head}{letter}{letter}{tail}", f"{head}{tail}", f"{head}{tail[0]}{letter}{tail[1:]}")
    )


def _last_name(rng: Random, person: Person) -> Dirt:
    return rng.choice(
        (
            Dirt("lastname", "name_placeholder", rng.choice(_NO_NAMES), person.last),
            Dirt("lastname", "name_holds_digits", f"{person.last}{rng.randrange(9)}", person.last),
            Dirt("lastname", "name_missing", None, person.last),
        )
    )


def _number(rng: Random, person: Person) -> Dirt:
    # As another country dials it, who does not take it for one of its own.
    area = rng.choice((415, 612, 646))
    american = f"({area}) {rng.randrange(300, 900)}-{rng.randrange(3000, 9999)}"
    french = f"01 42 {rng.randrange(30, 99)} {rng.randrange(30, 99)} {rng.randrange(10, 99)}"
    abroad = american if person.place[0] in ("GB", "FR", "NL") else french
    how, value = rng.choice(
        (
            ("too_short", f"{rng.randrange(12_400, 99_990)}"),
            ("placeholder", rng.choice(_NO_NUMBERS)),
            ("no_digits", rng.choice(_WORDS)),
            ("wrong_country", abroad),
        )
    )
    return Dirt("phone", f"phone_{how}", value, person.phone)


def _country(rng: Random, person: Person) -> Dirt:
    code = person.place[0]
    if rng.random() < 0.5:
        return Dirt("country", "country_spelling", rng.choice(_SPELLINGS[code]), code)
    return Dirt("country", "country_unknown", rng.choice(_NO_COUNTRIES), code)


def _state(rng: Random, person: Person) -> Dirt:
    code = person.place[3]
    if rng.random() < 0.5:
        return Dirt("state", "state_spelling", rng.choice(_STATES[code]), code)
    return Dirt("state", "state_unknown", rng.choice(_NO_STATES), code)
