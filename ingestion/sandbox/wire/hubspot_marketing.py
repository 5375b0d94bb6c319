"""HubSpot's marketing side: e-mails with their totals, campaigns with their money.

The newsletters of the company are Mailchimp's; from HubSpot come the mails of each campaign, to
everyone who had left an address by then.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from ingestion.sandbox.company import CAMPAIGNS, DAY, END, HOUR, OWNERS, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, day_of, iso_ms
from ingestion.sandbox.wire.hubspot_shape import MINUTE

QUARTER = 91 * DAY
# A campaign that somebody made by mistake and deleted, an e-mail put aside, one never sent.
DELETED_CAMPAIGN = "c0de0000-0000-4000-8000-000000000099"
ARCHIVED_EMAIL, DRAFT_EMAIL = "88000901", "88000902"


def campaign_id(number: int) -> str:
    """Return the id of a campaign by its place in the company's story."""
    return f"c0de0000-0000-4000-8000-{number:012d}"


def changes(company: Company) -> Iterator[Change]:
    """Yield the campaigns, and the e-mails with their totals."""
    for number, (key, name) in enumerate(CAMPAIGNS):
        yield from _campaign(company.seed, number, key, name)
    mistake = _campaign_body(DELETED_CAMPAIGN, "Copy of Spring Launch", "", START, START, [], [])
    yield change("hubspot", "campaigns", DELETED_CAMPAIGN, START, mistake)
    gone = START + 260 * DAY
    yield change("hubspot", "campaigns", DELETED_CAMPAIGN, gone, mistake, status="deleted")
    yield from _emails(company)


def _campaign(seed: int, number: int, key: str, name: str) -> Iterator[Change]:
    """A campaign gets a budget each quarter, and is told what was spent in the next one."""
    rng = Random(f"{seed}/hubspot/campaign/{number}")
    id_, budget, spend = campaign_id(number), [], []
    for quarter, start in enumerate(range(START, END, QUARTER)):
        planned = rng.randint(20, 90) * 10_000
        budget = [*budget, _item(f"b{number}{quarter}", "Media", quarter, planned, start)]
        body = _campaign_body(id_, name, key, START, start, budget, spend)
        yield change("hubspot", "campaigns", id_, start, body)
        at = start + rng.randint(50, 80) * DAY
        spent = planned + rng.randint(-500_000, 100_000) // 4
        spend = [*spend, _item(f"s{number}{quarter}", "Agency", quarter, spent, at)]
        body = _campaign_body(id_, name, key, START, at, budget, spend)
        yield change("hubspot", "campaigns", id_, at, body)


def _item(id_: str, name: str, order: int, cents: int, at: int) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "description": "",
        "order": order,
        "amount": cents / 100,
        "createdAt": at,
        "updatedAt": at,
    }


def _campaign_body(
    id_: str,
    name: str,
    utm: str,
    created: int,
    updated: int,
    budget: list[dict[str, Any]],
    spend: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "id": id_,
        "properties": {
            "hs_name": name,
            "hs_utm": utm or None,
            "hs_campaign_status": "in_progress" if utm else None,
            "hs_owner": OWNERS[0],
            "hs_currency_code": "USD",
            "hs_start_date": day_of(START),
            "hs_end_date": None,
            "hs_budget_items_sum_amount": _sum(budget),
            "hs_spend_items_sum_amount": _sum(spend),
        },
        "createdAt": iso_ms(created),
        "updatedAt": iso_ms(updated),
        "budgetItems": budget,
        "spendItems": spend,
    }


def _sum(items: list[dict[str, Any]]) -> str | None:
    return f"{sum(each['amount'] for each in items):.2f}" if items else None


@dataclass(frozen=True)
class Mail:
    """One marketing e-mail: its campaign's place in the story, its id, when it was sent."""

    campaign: int
    id: str
    sent: int


def mails() -> list[Mail]:
    """Return every e-mail that was sent: one a campaign and quarter."""
    return [
        Mail(number, str(88_000_000 + number * 100 + quarter), start + (20 + number) * DAY + HOUR)
        for number in range(len(CAMPAIGNS))
        for quarter, start in enumerate(range(START, END, QUARTER))
    ]


def totals(seed: int, mail: Mail, selected: int, days: int) -> dict[str, int]:
    """Return what HubSpot counts `days` after the send; everything but the sends still grows."""
    rng = Random(f"{seed}/hubspot/mail/{mail.id}")
    dropped = selected // 50
    sent = selected - dropped
    hard, soft = sent * rng.randint(5, 15) // 1000, sent * rng.randint(5, 20) // 1000
    delivered = sent - hard - soft
    grown = {0: 0.4, 3: 0.9}.get(days, 1.0)
    opened = int(delivered * rng.uniform(0.18, 0.42) * grown)
    clicked = int(opened * rng.uniform(0.05, 0.2))
    return {
        "selected": selected,
        "sent": sent,
        "delivered": delivered,
        "dropped": dropped,
        "open": opened,
        "click": clicked,
        "reply": 0,
        "pending": 0,
        "suppressed": 0,
        "hardbounced": hard,
        "softbounced": soft,
        "bounce": hard + soft,
        "notsent": dropped,
        "unsubscribed": int(delivered * 0.004 * grown),
        "spamreport": 0,
        "contactslost": hard + int(delivered * 0.004 * grown),
    }


def _emails(company: Company) -> Iterator[Change]:
    reached = sorted(person.lead_at for person in company.persons if person.lead_at is not None)
    for mail in mails():
        body = _email(
            mail.id, mail.campaign, f"{CAMPAIGNS[mail.campaign][1]} mail", mail.sent - DAY
        )
        yield change("hubspot", "marketing_emails", mail.id, mail.sent - DAY, body)
        selected = bisect_left(reached, mail.sent)
        sent = {
            "state": "PUBLISHED",
            "isPublished": True,
            "publishDate": iso_ms(mail.sent),
            "publishedAt": iso_ms(mail.sent),
            "updatedAt": iso_ms(mail.sent),
        }
        # The totals move while the e-mail's own date stands still.
        for days in (0, 3, 14):
            counted = {
                "counters": totals(company.seed, mail, selected, days),
                "ratios": {},
                "deviceBreakdown": {},
                "qualifierStats": {},
            }
            at = mail.sent + days * DAY + 30 * MINUTE
            yield change(
                "hubspot", "marketing_emails", mail.id, at, {**body, **sent, "stats": counted}
            )
    draft = _email(DRAFT_EMAIL, 0, "Never sent", START + 40 * DAY)
    yield change("hubspot", "marketing_emails", DRAFT_EMAIL, START + 40 * DAY, draft)
    aside = _email(ARCHIVED_EMAIL, 1, "Wrong subject", START + 41 * DAY)
    yield change("hubspot", "marketing_emails", ARCHIVED_EMAIL, START + 41 * DAY, aside)
    at = START + 45 * DAY
    yield change(
        "hubspot",
        "marketing_emails",
        ARCHIVED_EMAIL,
        at,
        {**aside, "archived": True, "deletedAt": iso_ms(at), "updatedAt": iso_ms(at)},
        status="archived",
    )


def _email(id_: str, campaign: int, name: str, created: int) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "subject": f"{name}: news for you",
        "state": "DRAFT",
        "type": "BATCH_EMAIL",
        "subcategory": "batch",
        "language": "en",
        "campaign": campaign_id(campaign),
        "campaignName": CAMPAIGNS[campaign][1],
        "from": {"fromName": "Fathom", "replyTo": "hello@fathom.example"},
        "to": {},
        "content": {},
        "sendOnPublish": True,
        "isPublished": False,
        "isTransactional": False,
        "archived": False,
        "createdAt": iso_ms(created),
        "updatedAt": iso_ms(created),
    }
