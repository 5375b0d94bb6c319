"""Who asked the made-up company to be forgotten, and how its tools show it.

HubSpot shows a privacy delete nowhere but in its webhook; the company writes what that tells into
files. Mailchimp's permanent delete takes the member and its activity off every list, and no word.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from ingestion.sandbox import sheets
from ingestion.sandbox.company import DAY, Company, Person
from ingestion.sandbox.records import contacts
from ingestion.sandbox.wire.encode import day_of, iso_ms

COLUMNS = ("erased_source", "erased_object", "erased_record_id", "erased_at")
_UNSUBSCRIBED_SHARE = 0.15


def notices(company: Company) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Yield (instant, (source, object, record id)) of what the company was told to erase."""
    for record in contacts(company):
        if record.gone_how == "erased" and record.gone_at is not None:
            yield record.gone_at, ("hubspot", "contacts", record.contact_id)
            for visitor in record.person.visitors:
                yield record.gone_at, ("web_events", "events", visitor)


def write_notices(company: Company, folder: Path, since_ms: int, until_ms: int) -> list[Path]:
    """Write the notices of (since, until], one file a day, and return the files."""
    days: dict[str, list[tuple[str, ...]]] = {}
    for at, notice in sorted(notices(company)):
        if since_ms < at <= until_ms:
            days.setdefault(day_of(at), []).append((*notice, iso_ms(at)))
    written = []
    for day, rows in days.items():
        path = folder / f"privacy_deletes-{day}-{len(rows)}.csv"
        sheets.write(path, [COLUMNS, *rows])
        written.append(path)
    return written


def deleted_for_good(seed: int, person: Person) -> int | None:
    """Return when a member of the list was deleted for good, None for nearly all."""
    left = person.unsubscribed_at
    if left is None:
        return None
    rng = Random(f"{seed}/privacy/member/{person.number}")
    if rng.random() >= _UNSUBSCRIBED_SHARE:
        return None
    return left + rng.randint(10, 60) * DAY
