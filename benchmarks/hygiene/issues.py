"""What the sandbox company planted in its values, and what the issues mart of a whole run says.

What must be found is told by the company: the fields that it spoiled (`ingestion.sandbox.dirt`) and
what its people are. What only looks odd (another spelling of a country or a currency) must not be
found, and its true value must be told.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.sandbox import files
from ingestion.sandbox.company import Company, generate
from ingestion.sandbox.dirt import is_of_the_set_up
from ingestion.sandbox.records import ContactRecord, contacts
from ingestion.sandbox.wire import hubspot

# The rule and reason under which a spoiled field is found, by the kind of its dirt.
EMAIL, PHONE = "contact_email_is_well_formed", "contact_phone_can_be_dialled"
MEDIUM, SOURCE = "web_visit_medium_is_in_the_vocabulary", "web_visit_source_is_spelt_as_known"
FOUND_AS = {
    **{
        f"email_{how}": (EMAIL, how.replace("_", " "))
        for how in (
            *("no_at_sign", "blank_inside", "double_dot", "domain_without_dot"),
            *("two_addresses", "two_at_signs", "stray_ending"),
        )
    },
    "email_typo_domain": ("contact_email_domain_is_no_slip", "typo domain"),
    **{f"phone_{how}": (PHONE, how.replace("_", " ")) for how in ("too_short", "no_digits")},
    "phone_placeholder": (PHONE, "placeholder"),
    "phone_wrong_country": (PHONE, "invalid number"),
    "country_unknown": ("record_country_is_standardised", "unknown country"),
    "state_unknown": ("contact_region_is_known", "unknown region"),
    "name_placeholder": ("contact_name_is_one", "placeholder"),
    "name_holds_digits": ("contact_name_is_one", "holds digits"),
    "currency_unknown": ("deal_currency_is_known", "unknown currency"),
    "currency_missing": ("deal_amount_has_a_currency", "missing"),
    "amount_missing": ("deal_has_an_amount", "missing"),
    "owner_missing": ("deal_has_an_owner", "missing"),
    "medium_unknown": (MEDIUM, "unknown medium"),
    "medium_misspelt": (MEDIUM, "misspelt"),
    "medium_macro": (MEDIUM, "unfilled macro"),
    "source_misspelt": (SOURCE, "misspelt"),
    "source_macro": (SOURCE, "unfilled macro"),
    "campaign_macro": ("web_visit_campaign_is_filled_in", "unfilled macro"),
}
NO_LAST_NAME = ("contact_has_a_last_name", "missing")
NO_ADDRESS = ("raw_contact_has_an_email", "missing")
STALE = ("contact_was_touched_within_two_years", "not touched for two years")
TWICE = ("contact_email_is_held_by_one_live_record", "held more than once")
OF_KIND = {
    "mailbox": ("record_address_is_a_persons_own", "role mailbox"),
    "spam": ("record_address_is_not_disposable", "disposable"),
    "test": ("record_address_is_no_placeholder", "placeholder"),
}
# Nobody is called Test Test, and the company's test entries have a number of noughts.
OF_A_TEST = (("contact_name_is_one", "placeholder"), (PHONE, "placeholder"))
JUDGED = {
    *FOUND_AS.values(),
    *OF_KIND.values(),
    *OF_A_TEST,
    *(NO_LAST_NAME, NO_ADDRESS, STALE, TWICE),
}
# Where values stand, by (source, object): the staged rows of today, by the key that issues have.
PLACES = {
    ("hubspot", "contacts"): "select source_record_id from staging.stg_hubspot__contacts"
    " where not is_deleted and not is_archived",
    ("hubspot", "deals"): "select source_record_id from staging.stg_hubspot__deals"
    " where not is_deleted and not is_archived",
    ("web_events", "events"): "select message_id from staging.stg_web_events__events",
}
RECORDS = "from intermediate.int_hygiene__records where source = 'hubspot' and object = 'contacts'"
MEANT = {
    "country_spelling": f"select source_record_id, country_code {RECORDS}",
    "state_spelling": f"select source_record_id, split_part(region_code, '-', 2) {RECORDS}",
    "currency_spelling": "select source_record_id, currency_code"
    " from intermediate.int_opportunities__records where source = 'hubspot'",
    "email_typo_domain": f"select source_record_id, email_suggestion {RECORDS}",
    "medium_misspelt": "select message_id, suggestion from staging.stg_web_events__events"
    " inner join hygiene.utm_values on utm_medium = raw_value and context = 'medium'",
    "source_misspelt": "select message_id, suggestion from staging.stg_web_events__events"
    " inner join hygiene.utm_values on utm_source = raw_value and context = 'source'",
}
Fault = tuple[str, str]
Place = tuple[str, str, str]


@dataclass
class Scores:
    """Counts by fault, a rule and reason, over all that was measured; true values by kind."""

    planted: Counter[Fault] = field(default_factory=Counter)
    found: Counter[Fault] = field(default_factory=Counter)
    right: Counter[Fault] = field(default_factory=Counter)
    meant: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Scores") -> None:
        """Count what another run measured too."""
        for name in ("planted", "found", "right", "meant", "told"):
            getattr(self, name).update(getattr(other, name))

    def precision(self, fault: Fault) -> float:
        """Of what was found so, the share that was planted so; 1 where nothing was found."""
        return self.right[fault] / self.found[fault] if self.found[fault] else 1.0

    def recall(self, fault: Fault) -> float:
        """Of what was planted so, the share that was found so; 1 where nothing was planted."""
        return self.right[fault] / self.planted[fault] if self.planted[fault] else 1.0


def measured(home: Path, seed: int, scale: float) -> Scores:
    """Return what the mart of a finished home has found of what its company planted."""
    scores = Scores()
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        there = {
            (*place, str(key))
            for place, query in PLACES.items()
            for (key,) in warehouse.execute(query).fetchall()
        }
        told = {kind: dict(warehouse.execute(sql).fetchall()) for kind, sql in MEANT.items()}
    company = generate(seed, scale)
    wanted = {(fault, place) for fault, place in planted(company, there) if place in there}
    named = _named(home, there)
    scores.planted.update(fault for fault, _ in wanted)
    scores.found.update(fault for fault, _ in named)
    scores.right.update(fault for fault, _ in named & wanted)
    for kind, place, meant in spoiled(company):
        if kind in MEANT and place in there:
            scores.meant[kind] += 1
            scores.told[kind] += told[kind].get(place[2]) == meant
    return scores


def planted(company: Company, there: set[Place]) -> Iterator[tuple[Fault, Place]]:
    """Yield what must be found, and where; `there` are the records that exist by now."""
    for kind, place, _ in spoiled(company):
        if kind in FOUND_AS:
            yield FOUND_AS[kind], place
    addresses: dict[str, list[Place]] = {}
    for contact in contacts(company):
        place = ("hubspot", "contacts", contact.contact_id)
        wrong = contact.spoiled
        email = wrong.value if wrong and wrong.field == "email" else contact.email
        if place in there and email:
            addresses.setdefault(email.strip().lower(), []).append(place)
        yield from ((fault, place) for fault in _of_contact(company.seed, contact))
    for held in addresses.values():
        yield from ((TWICE, place) for place in held if len(held) > 1)


def spoiled(company: Company) -> Iterator[tuple[str, Place, str]]:
    """Yield the kind of each spoiled field, where it stands, and what was meant."""
    for contact in contacts(company):
        if wrong := contact.spoiled:
            yield wrong.kind, ("hubspot", "contacts", contact.contact_id), wrong.meant
    for deal in company.deals:
        if wrong := hubspot.spoiled(company.seed, deal):
            yield wrong.kind, ("hubspot", "deals", hubspot.deal_id(deal.number)), wrong.meant
    for kind, source, object_, key, meant in files.planted(company):
        yield kind.removeprefix("dirt_"), (source, object_, key), meant


def _of_contact(seed: int, contact: ContactRecord) -> Iterator[Fault]:
    """Yield what is wrong with a contact by who it is of."""
    kind = contact.person.kind
    if kind in OF_KIND:
        yield OF_KIND[kind]
    if kind == "test":
        yield from OF_A_TEST[: 2 if contact.phone else 1]
    if is_of_the_set_up(seed, contact.person):
        yield STALE
    if not contact.last or (contact.spoiled and contact.spoiled.kind == "name_missing"):
        yield NO_LAST_NAME
    if not contact.email:
        yield NO_ADDRESS
    # Kept for fiction in North America; the company draws one in 80,000.
    if contact.phone.startswith("+121255501"):
        yield PHONE, "placeholder"


def _named(home: Path, there: set[Place]) -> set[tuple[Fault, Place]]:
    """Return the open issues of the rules that are measured, of records that truth speaks of."""
    path = (home / "published" / "current" / "engineroom.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as marts:
        rows = marts.execute(
            "select rule_id, reason, source, object, record_id from marts.rpt_quality_issues"
            " where is_open and list_contains(?, rule_id)",
            [sorted({rule for rule, _ in JUDGED})],
        ).fetchall()
    found = {
        ((rule, reason), (source, object_, key)) for rule, reason, source, object_, key in rows
    }
    return {(fault, place) for fault, place in found if place in there}
