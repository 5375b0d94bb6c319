"""HubSpot companies: typed in once or twice, merged, deleted by mistake and brought back."""

from collections.abc import Iterator
from random import Random

from ingestion.sandbox.company import DAY, HOUR, OWNERS, Account, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.hubspot_shape import company_id, record

RESTORED_SHARE = 0.03


def changes(company: Company) -> Iterator[Change]:
    """Yield every version of every company."""
    for account in company.accounts:
        yield from _company(company.seed, account)


def _company(seed: int, account: Account) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/company/{account.number}")
    created, owner, has_twin = _first_draws(rng)
    id_ = company_id(account)
    properties: dict[str, str | None] = {
        "name": account.name,
        "domain": account.domain,
        "industry": account.industry,
        "country": account.place[1],
        "city": account.place[2],
        "state": account.place[3] or None,
        "numberofemployees": str(account.employees),
        "annualrevenue": None,
        "hubspot_owner_id": owner,
        "createdate": iso_ms(created),
        "hs_lastmodifieddate": iso_ms(created),
        "hs_merged_object_ids": None,
    }
    yield change("hubspot", "companies", id_, created, record(id_, created, created, properties))
    if has_twin:
        yield from _company_duplicate(rng, account, properties, created)
    if is_restored(seed, account):
        yield from _restored(seed, account, properties, created)


def owner_of(seed: int, account: Account) -> str:
    """Return who owns an account's company."""
    return _first_draws(Random(f"{seed}/hubspot/company/{account.number}"))[1]


def _first_draws(rng: Random) -> tuple[int, str, bool]:
    """Return a company's birth, its owner, and whether it is typed in a second time."""
    created = 1_735_689_600_000 + rng.randint(0, 200) * HOUR
    return created, rng.choice(OWNERS), rng.random() < 0.04


def is_restored(seed: int, account: Account) -> bool:
    """Whether somebody deleted an account's company by mistake, and had it back two days later."""
    has_twin = _first_draws(Random(f"{seed}/hubspot/company/{account.number}"))[2]
    chosen = Random(f"{seed}/hubspot/restored/{account.number}").random() < RESTORED_SHARE
    return chosen and not has_twin


def _restored(
    seed: int, account: Account, properties: dict[str, str | None], created: int
) -> Iterator[Change]:
    """The company in the archive, and out of it as it was: no date of the record tells."""
    at = created + Random(f"{seed}/hubspot/archived/{account.number}").randint(30, 500) * DAY
    id_ = company_id(account)
    body = record(id_, created, created, properties)
    gone = {**body, "archived": True, "archivedAt": iso_ms(at)}
    yield change("hubspot", "companies", id_, at, gone, status="archived")
    yield change("hubspot", "companies", id_, at + 2 * DAY, body)


def _company_duplicate(
    rng: Random, account: Account, properties: dict[str, str | None], created: int
) -> Iterator[Change]:
    """The same company typed in again, and merged by somebody later."""
    twin = str(9_500_000 + account.number)
    born = created + rng.randint(30, 400) * DAY
    merged = born + rng.randint(10, 60) * DAY
    again = {
        **properties,
        "name": f"{account.name} Inc.",
        "createdate": iso_ms(born),
        "hs_lastmodifieddate": iso_ms(born),
    }
    body = record(twin, born, born, again)
    yield change("hubspot", "companies", twin, born, body)
    yield change("hubspot", "companies", twin, merged, body, status="merged")
    id_ = company_id(account)
    kept = {**properties, "hs_merged_object_ids": twin, "hs_lastmodifieddate": iso_ms(merged)}
    yield change("hubspot", "companies", id_, merged, record(id_, created, merged, kept))
