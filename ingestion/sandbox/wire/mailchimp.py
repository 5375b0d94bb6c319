"""The company in Mailchimp: a list, a campaign every two weeks, what each member did with it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ingestion.sandbox import consents
from ingestion.sandbox.company import CAMPAIGNS, DAY, END, HOUR, START, Company, Person
from ingestion.sandbox.dice import dice
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.privacy import deleted_for_good
from ingestion.sandbox.wire.encode import change, iso_offset

LIST = "a1b2c3d4e5"
LINKS: list[dict[str, str]] = []
EVERY = 14 * DAY
# A privacy proxy fetches every picture; a scanner follows links within seconds of delivery.
PROXY_PREFIX, SCANNER_PREFIX, HOME_PREFIX = "17.58.", "66.249.", "81.2."


@dataclass(frozen=True)
class Mail:
    """One e-mail campaign; `id` is the vendor's."""

    number: int
    sent: int
    slug: str
    title: str
    id: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """One open, click or bounce, and whether a machine did it."""

    action: str
    at: int
    ip: str
    is_machine: bool
    url: str = ""
    bounce: str = ""


def mails() -> list[Mail]:
    """Return every campaign of the company's history."""
    count = (END - START) // EVERY
    return [
        Mail(number, START + number * EVERY + 9 * HOUR, *CAMPAIGNS[number % 3], f"mc{number:08x}")
        for number in range(1, count)
    ]


@cache
def email_id(email: str) -> str:
    """Return the member's id: the MD5 of the address in lower case."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def member_email(seed: int, person: Person) -> str:
    """Return the address a person subscribed with: now and then with a tag or in capitals."""
    return _address(seed, person.number, person.email)


@cache
def _address(seed: int, number: int, email: str) -> str:
    rng = dice(f"{seed}/mailchimp/address/{number}")
    local, _, host = email.partition("@")
    if rng.random() < 0.05:
        return f"{local}+newsletter@{host}"
    return email.title() if rng.random() < 0.04 else email


@cache
def _habit(seed: int, number: int) -> tuple[bool, bool, float]:
    """Return whether a person is behind a privacy proxy, and a scanner, and how interested."""
    rng = dice(f"{seed}/mailchimp/habit/{number}")
    return rng.random() < 0.30, rng.random() < 0.08, rng.random()


def reactions(seed: int, mail: Mail, person: Person) -> tuple[Reaction, ...]:
    """Return what one person (and the machines on the way) did with one campaign."""
    return _reactions(seed, mail, person.number)


# Wire, truth and web sessions each ask for all of them; 100 MB hold those of SCALE=4.
@lru_cache(maxsize=400_000)
def _reactions(seed: int, mail: Mail, number: int) -> tuple[Reaction, ...]:
    uses_proxy, is_scanned, interest = _habit(seed, number)
    rng = dice(f"{seed}/mailchimp/{mail.number}/{number}")
    if rng.random() < 0.015:
        kind = rng.choice(("hard", "soft", "soft"))
        return (Reaction("bounce", mail.sent + 60_000, "", False, bounce=kind),)
    found = []
    url = f"https://www.fathom.example/{mail.slug}?utm_source=mailchimp&utm_medium=email&utm_campaign={mail.slug}"
    if uses_proxy:
        ip = f"{PROXY_PREFIX}{rng.randrange(256)}.{rng.randrange(256)}"
        found.append(Reaction("open", mail.sent + rng.randint(10, 900) * 1000, ip, True))
    if is_scanned:
        ip = f"{SCANNER_PREFIX}{rng.randrange(256)}.{rng.randrange(256)}"
        at = mail.sent + rng.randint(1, 5) * 1000
        found += [Reaction("open", at, ip, True), Reaction("click", at + 1000, ip, True, url)]
    if rng.random() < 0.15 + 0.4 * interest:
        home = f"{HOME_PREFIX}{rng.randrange(256)}.{rng.randrange(256)}"
        at = mail.sent + int(rng.expovariate(1 / (8 * HOUR))) + 120_000
        # Behind a proxy the human's own open shows the proxy's address too.
        found.append(Reaction("open", at, f"{PROXY_PREFIX}1.1" if uses_proxy else home, False))
        if rng.random() < 0.18 * interest:
            found.append(Reaction("click", at + 20_000, home, False, url))
    return tuple(found)


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every Mailchimp object, in no particular order."""
    members = [each for each in company.persons if each.subscribed_at is not None]
    yield from _list(members)
    for person in members:
        yield from _member(company.seed, person)
    for mail in mails():
        yield from _mail(company.seed, mail, members)


def _list(members: list[Person]) -> Iterator[Change]:
    """The list's own member count moves once a month."""
    for at in range(START, END, 30 * DAY):
        count = sum(
            (each.subscribed_at or 0) <= at < (each.unsubscribed_at or END) for each in members
        )
        body = {
            "id": LIST,
            "name": "Newsletter",
            "date_created": iso_offset(START),
            "visibility": "prv",
            "permission_reminder": "You asked for this newsletter.",
            "double_optin": False,
            "list_rating": 3.5,
            "stats": {
                "member_count": count,
                "unsubscribe_count": 0,
                "cleaned_count": 0,
                "campaign_count": 0,
            },
            "_links": LINKS,
        }
        yield change("mailchimp", "lists", LIST, at, body)


def _member(seed: int, person: Person) -> Iterator[Change]:
    email, joined = member_email(seed, person), person.subscribed_at or 0
    id_ = email_id(email)
    body: dict[str, Any] = {
        "id": id_,
        "email_address": email,
        "unique_email_id": id_[:10],
        "contact_id": hashlib.md5(id_.encode(), usedforsecurity=False).hexdigest(),
        "full_name": f"{person.first} {person.last}".strip(),
        "status": "subscribed",
        "merge_fields": {
            "FNAME": person.first,
            "LNAME": person.last,
            "PHONE": "",
            "COMPANY": person.account.name if person.account else "",
            "TITLE": person.title,
        },
        "email_type": "html",
        "language": "en",
        "email_client": "",
        "unsubscribe_reason": "",
        "ip_signup": "",
        "ip_opt": "",
        "vip": person.number % 29 == 0,
        "member_rating": 2 + person.number % 4,
        "consents_to_one_to_one_messaging": True,
        "interests": {"b1a0000001": person.number % 3 == 0},
        "marketing_permissions": [
            {"marketing_permission_id": "c2d0000001", "text": "Email", "enabled": True}
        ],
        "tags": [{"id": 41001, "name": "webinar"}] if person.number % 5 == 0 else [],
        "timestamp_signup": "",
        "timestamp_opt": iso_offset(joined),
        "last_changed": iso_offset(joined),
        "source": "API - HubSpot",
        "location": {"country_code": person.place[0]},
        "list_id": LIST,
        "_links": LINKS,
    }
    yield change("mailchimp", "members", id_, joined, body, parent=LIST)
    if person.unsubscribed_at is not None:
        at = person.unsubscribed_at
        left = {**body, "status": "unsubscribed", "last_changed": iso_offset(at)}
        yield change("mailchimp", "members", id_, at, left, parent=LIST)
        gone = deleted_for_good(seed, person)
        if gone is not None:
            yield change("mailchimp", "members", id_, gone, left, parent=LIST, status="deleted")
        elif consents.is_archived(person):
            # Tidied away afterwards: archived, which keeps the member.
            at += 30 * DAY
            kept = {**left, "status": "archived", "last_changed": iso_offset(at)}
            yield change("mailchimp", "members", id_, at, kept, parent=LIST)
        back = consents.returned(seed, person)
        if back is not None:
            again = {
                **body,
                "timestamp_opt": iso_offset(back.at),
                "last_changed": iso_offset(back.at),
                "source": "Hosted Signup Form" if back.how == "form" else "Import",
            }
            yield change("mailchimp", "members", id_, back.at, again, parent=LIST)


def _mail(seed: int, mail: Mail, members: list[Person]) -> Iterator[Change]:
    reached = [
        person
        for person in members
        if (person.subscribed_at or 0) <= mail.sent < (person.unsubscribed_at or END)
    ]
    title = f"{mail.title} #{mail.number}"
    campaign = {
        "id": mail.id,
        "web_id": 7000 + mail.number,
        "type": "regular",
        "status": "sent",
        "create_time": iso_offset(mail.sent - DAY),
        "send_time": iso_offset(mail.sent),
        "emails_sent": len(reached),
        "recipients": {"list_id": LIST, "segment_text": ""},
        "settings": {
            "subject_line": mail.title,
            "title": title,
            "preview_text": "",
            "from_name": "Fathom",
        },
        "parent_campaign_id": "",
        "_links": LINKS,
    }
    yield change("mailchimp", "campaigns", mail.id, mail.sent, campaign)
    seen: set[str] = set()
    totals: dict[tuple[int, str], int] = {}
    for person in reached:
        email = member_email(seed, person)
        id_ = email_id(email)
        if id_ in seen:
            continue
        seen.add(id_)
        yield from _recipient(seed, mail, person, email, id_, totals)
    yield from _reports(mail, title, len(seen), totals)


def _recipient(
    seed: int, mail: Mail, person: Person, email: str, id_: str, totals: dict[tuple[int, str], int]
) -> Iterator[Change]:
    found = sorted(reactions(seed, mail, person), key=lambda each: (each.at, each.action))
    bounce = next((each.bounce for each in found if each.bounce), "")
    sent = {
        "email_id": id_,
        "email_address": email,
        "status": bounce or "sent",
        "open_count": 0,
        "last_open": "",
        "campaign_id": mail.id,
        "list_id": LIST,
        "_links": LINKS,
    }
    key = f"{mail.id}:{id_}"
    yield change("mailchimp", "sent_to", key, mail.sent + 120_000, sent, parent=mail.id)
    activity: list[dict[str, str]] = []
    kinds: set[str] = set()
    for each in found:
        line = {"action": each.action, "timestamp": iso_offset(each.at)}
        line |= {"type": each.bounce} if each.bounce else {"ip": each.ip}
        line |= {"url": each.url} if each.url else {}
        activity.append(line)
        kind = each.bounce or each.action
        _count(totals, mail, each.at, kind)
        if kind not in kinds:
            kinds.add(kind)
            _count(totals, mail, each.at, f"unique {kind}")
        body = {
            "campaign_id": mail.id,
            "list_id": LIST,
            "email_id": id_,
            "email_address": email,
            "activity": list(activity),
            "_links": LINKS,
        }
        yield change("mailchimp", "email_activity", key, each.at, body, parent=mail.id)
    gone = deleted_for_good(seed, person)
    if gone is not None and activity:
        yield change("mailchimp", "email_activity", key, gone, {}, status="deleted", parent=mail.id)
    left = person.unsubscribed_at
    if left is not None and mail.sent < left <= mail.sent + EVERY:
        body = {
            "email_id": id_,
            "email_address": email,
            "timestamp": iso_offset(left),
            "reason": "None",
            "campaign_id": mail.id,
            "list_id": LIST,
            "_links": LINKS,
        }
        yield change("mailchimp", "unsubscribed", key, left, body, parent=mail.id)
        _count(totals, mail, left, "unsubscribed")
        # Google tells no sender who complained.
        if person.number % 23 == 0 and not email.endswith("@gmail.com"):
            _count(totals, mail, left, "abuse")
            abuse = {
                "id": person.number,
                "campaign_id": mail.id,
                "list_id": LIST,
                "email_id": id_,
                "email_address": email,
                "date": iso_offset(left),
                "_links": LINKS,
            }
            yield change(
                "mailchimp", "abuse_reports", str(person.number), left, abuse, parent=mail.id
            )


def report_instants(mail: Mail) -> tuple[int, ...]:
    """Return when the counters of a report move for the last times."""
    return tuple(mail.sent + HOUR + week * 7 * DAY for week in range(5))


def _count(totals: dict[tuple[int, str], int], mail: Mail, at: int, kind: str) -> None:
    """Add one event to every version of the report that shows after it."""
    first = mail.sent + HOUR
    for week in range(5):
        if at <= first + week * 7 * DAY:
            totals[week, kind] = totals.get((week, kind), 0) + 1


def _reports(
    mail: Mail, title: str, sent: int, totals: dict[tuple[int, str], int]
) -> Iterator[Change]:
    """The report's counters go on moving for four weeks."""
    for week, shown in enumerate(report_instants(mail)):
        body = {
            "id": mail.id,
            "campaign_title": title,
            "type": "regular",
            "list_id": LIST,
            "emails_sent": sent,
            "abuse_reports": totals.get((week, "abuse"), 0),
            "unsubscribed": totals.get((week, "unsubscribed"), 0),
            "send_time": iso_offset(mail.sent),
            "bounces": {
                "hard_bounces": totals.get((week, "hard"), 0),
                "soft_bounces": totals.get((week, "soft"), 0),
                "syntax_errors": 0,
            },
            "opens": {
                "opens_total": totals.get((week, "open"), 0),
                "unique_opens": totals.get((week, "unique open"), 0),
            },
            "clicks": {
                "clicks_total": totals.get((week, "click"), 0),
                "unique_clicks": totals.get((week, "unique click"), 0),
                "unique_subscriber_clicks": totals.get((week, "unique click"), 0),
            },
            "forwards": {"forwards_count": 0, "forwards_opens": 0},
            "_links": LINKS,
        }
        yield change("mailchimp", "reports", mail.id, shown, body)
