"""Records of the sandbox company with faults put into them, each known by its column and problem.

The sandbox plants few faults in values (throw-away, role and test addresses, empty numbers), so the
common ones of CRMs are added here. Nothing of the rules is imported: what is planted is what people
and forms do.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from ingestion.sandbox.company import Person, generate

SPOILED_SHARE = 0.3
PROVIDERS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com")
THROW_AWAY = (
    *("yopmail.com", "guerrillamail.com", "10minutemail.com", "trashmail.com", "temp-mail.org"),
    *("sharklasers.com", "getnada.com", "dispostable.com", "maildrop.cc", "mailnesia.com"),
)
# Kept for fiction in North America; the sandbox company draws one in 80,000.
FICTION = "+121255501"
NO_NUMBERS = ("000-000-0000", "1111111111", "1234567890", "555-555-5555", "+1 212 555 0100")
# Country as people write it, its code, a number as it is dialled there, the number in E.164.
PLACES = (
    ("usa", "US", "(212) 456-7890", "+12124567890"),
    ("U.S.", "US", "312.555.2368", "+13125552368"),
    ("Deutschland", "DE", "030 901820", "+4930901820"),
    ("germany", "DE", "0171/1234567", "+491711234567"),
    ("England", "GB", "020 7946 0958", "+442079460958"),
    ("Great Britain", "GB", "0044 20 7946 0958", "+442079460958"),
    ("Holland", "NL", "020-1234567", "+31201234567"),
    ("Frankreich", "FR", "01 42 68 53 00", "+33142685300"),
    ("FRANCE", "FR", "+33 (0)1 42 68 53 00", "+33142685300"),
    ("Espagne", "ES", "912 345 678", "+34912345678"),
    ("Italia", "IT", "06 69812345", "+390669812345"),
    ("Österreich", "AT", "01 5321234", "+4315321234"),
    ("Suisse", "CH", "044 668 18 00", "+41446681800"),
    ("canada", "CA", "416-967-1111", "+14169671111"),
)


@dataclass
class Spoiled:
    """Rows as `int_identity__source_rows` has them, and what is known of each by its id.

    `problems`: (column, problem); `meant`: column of the normalised value -> the true value.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    meant: dict[str, dict[str, str]] = field(default_factory=dict)


def company(seed: int, scale: float) -> Spoiled:
    """Return the contacts of a seed, some of them spoiled."""
    found = Spoiled()
    for person in generate(seed, scale).persons:
        _write_down(Random(f"{seed}/spoiled/{person.number}"), person, found)
    return found


def _write_down(rng: Random, person: Person, found: Spoiled) -> None:
    _, country, city, region, postal_code = person.place
    row: dict[str, Any] = {
        "source": "crm",
        "object": "contacts",
        "source_record_id": person.true_id,
        "email": person.email,
        "phone": person.phone,
        "first_name": person.first or None,
        "last_name": person.last or None,
        "company_name": person.account.name if person.account else None,
        "job_title": person.title,
        "country": country,
        "region": region or None,
        "city": city,
        "postal_code": postal_code,
        "is_deleted": False,
        "is_archived": False,
    }
    problems: set[tuple[str, str]] = set()
    meant: dict[str, str] = {}
    natural = {"mailbox": "role", "test": "test", "spam": "disposable"}
    if person.kind in natural:
        problems.add(("email", natural[person.kind]))
    if person.kind == "test" or person.phone.startswith(FICTION):
        problems.add(("phone", "placeholder"))
    if person.kind == "test":
        problems.add(("name", "placeholder"))
    if person.kind == "person" and rng.random() < SPOILED_SHARE:
        spoil = rng.choice((_email, _email, _phone, _place, _place, _word))
        problem = spoil(rng, row, meant)
        problems |= {problem} if problem else set()
    found.rows.append(row)
    found.problems[person.true_id] = problems
    found.meant[person.true_id] = meant


def _email(rng: Random, row: dict[str, Any], meant: dict[str, str]) -> tuple[str, str]:
    local, _, host = row["email"].partition("@")
    provider = rng.choice(PROVIDERS)
    faults = {
        "typo_domain": f"{local}@{_slipped(rng, provider)}",
        "no_at_sign": f"{local}{host}",
        "blank_inside": f"{local[:3]} {local[3:]}@{host}",
        "double_dot": f"{local}@{host.replace('.', '..')}",
        "domain_without_dot": f"{local}@{host.partition('.')[0]}",
        "two_addresses": f"{local}@{host}; {local}@{provider}",
        "stray_ending": f"{local}@{host},",
        "disposable": f"{local}@{rng.choice(THROW_AWAY)}",
        "role": f"{rng.choice(('info', 'sales', 'support', 'contact', 'office'))}@{host}",
        "test": rng.choice(("test@test.com", "asdf@asdf.com", "test@gmail.com")),
    }
    problem = rng.choice(list(faults))
    if problem == "typo_domain":
        meant["email_suggestion"] = f"{local}@{provider}"
    row["email"] = faults[problem]
    return "email", problem


def _slipped(rng: Random, domain: str) -> str:
    """A letter of the name doubled, dropped or swapped with its neighbour, or .con for .com."""
    label, _, ending = domain.partition(".")
    spot = rng.randrange(1, len(label) - 1)
    ways = [
        f"{label[:spot]}{label[spot]}{label[spot:]}.{ending}",
        f"{label[:spot]}{label[spot + 1 :]}.{ending}",
        f"{label}.con",
    ]
    if label[spot] != label[spot + 1]:
        ways.append(f"{label[:spot]}{label[spot + 1]}{label[spot]}{label[spot + 2 :]}.{ending}")
    return rng.choice(ways)


def _phone(rng: Random, row: dict[str, Any], meant: dict[str, str]) -> tuple[str, str]:
    faults = {
        "placeholder": rng.choice(NO_NUMBERS),
        "too_short": f"{rng.randrange(10_000, 99_999)}",
        "no_digits": rng.choice(("n/a", "none", "-", "call me")),
        # Not 123 456 7890, which is no slip but a way to give no number.
        "invalid_number": f"+1 1{rng.randrange(30, 99)} 456 7890",
        "two_numbers": "+1 212 456 7890 / +1 312 456 7890",
    }
    problem = rng.choice(list(faults))
    row["phone"] = faults[problem]
    return "phone", problem


def _place(rng: Random, row: dict[str, Any], meant: dict[str, str]) -> tuple[str, str] | None:
    row["region"] = None
    if rng.random() < 0.2:
        row["country"] = rng.choice(("Narnia", "xxx", "Earth", "Unknown", "N/A"))
        return "country", "unknown_country"
    row["country"], meant["country_code"], row["phone"], meant["phone_e164"] = rng.choice(PLACES)
    return None


def _word(rng: Random, row: dict[str, Any], meant: dict[str, str]) -> tuple[str, str] | None:
    faults = {
        ("name", "holds_digits"): {"first_name": f"{row['first_name']}{rng.randrange(9)}"},
        ("name", "holds_address"): {"last_name": row["email"]},
        ("name", "no_letters"): {"first_name": rng.choice((".", "-", "??"))},
        ("name", "broken_encoding"): {"last_name": rng.choice(("MÃ¼ller", "GarcÃ­a", "NuÃ±ez"))},
        ("company", "placeholder"): {"company_name": rng.choice(("n/a", "None", "test", "Self"))},
        ("job_title", "unknown_job_title"): {"job_title": rng.choice(("asdf", "xyz", "Ninja"))},
        ("", ""): {"first_name": row["first_name"].upper(), "last_name": row["last_name"].upper()},
    }
    column, problem = rng.choice(list(faults))
    if not column:
        meant |= {
            "first_name_normalised": row["first_name"],
            "last_name_normalised": row["last_name"],
        }
    row.update(faults[column, problem])
    return (column, problem) if column else None
