"""Web events as a drop folder: gzipped Segment-spec JSON lines, one file a day and late ones.

Visitors who refuse analytics send no identified events and no click ids. UTM parameters are as
messy as people type them; a few events come again in the next file, a few come only a day late.
"""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, unquote

import orjson

from ingestion.sandbox import consents as wishes
from ingestion.sandbox import dirt
from ingestion.sandbox.company import (
    DAY,
    END,
    START,
    Company,
    Person,
    Visit,
    session_of,
    social_network,
)
from ingestion.sandbox.dice import dice
from ingestion.sandbox.wire.encode import day_of, iso_ms
from ingestion.sandbox.wire.mailchimp import mails, reactions

MAILS = tuple(mails())
_UTM = {
    "paid_search": ("google", "cpc"),
    "paid_social": ("linkedin", "paid_social"),
    "display": ("criteo", "display"),
    "email": ("mailchimp", "email"),
}
_MESS = {
    "google": ("Google", "google.com", "adwords"),
    "linkedin": ("LinkedIn", "Linkedin", "li"),
    "facebook": ("Facebook", "fb", "facebook.com"),
    "instagram": ("Instagram", "ig", "instagram.com"),
    "mailchimp": ("Mailchimp", "newsletter"),
    "cpc": ("CPC", "ppc", "paid"),
    "email": ("Email", "e-mail"),
    "paid_social": ("paid-social", "PaidSocial"),
}
_REFERRERS = {
    "organic_search": "https://www.google.com/",
    "organic_social": "https://www.linkedin.com/",
    "referral": "https://partner.example/blog",
    "paid_search": "https://www.google.com/",
}


def write_event_files(company: Company, folder: Path, since_ms: int, until_ms: int) -> list[Path]:
    """Write the files that appear in (since, until] and return their paths, oldest first.

    A day's file appears at 02:00 UTC of the next day, under its final name only when it is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_day: dict[int, list[tuple[Visit, Person | None]]] = {}
    # An event stands in its own day's file, or in one of the two after it, shown a day later.
    for visit, person in sessions_of(company, since_ms - 5 * DAY, until_ms):
        by_day.setdefault((visit.started - START) // DAY, []).append((visit, person))
    waiting: dict[int, list[tuple[int, bytes]]] = {}
    written: list[Path] = []
    for day in sorted(by_day):
        # No event comes before its session's start, so files of earlier days are whole by now;
        # writing them at once keeps two days of lines in memory and not two years.
        for number in sorted(each for each in waiting if each < day):
            written += _write(folder, number, waiting.pop(number), since_ms, until_ms)
        for visit, person in by_day.pop(day):
            for at, event in _visit(company.seed, visit, person):
                _place(company.seed, waiting, at, event)
    for number in sorted(waiting):
        written += _write(folder, number, waiting[number], since_ms, until_ms)
    return written


def _place(
    seed: int, waiting: dict[int, list[tuple[int, bytes]]], at: int, event: dict[str, Any]
) -> None:
    """Put an event's line in its file: now and then a day late, now and then in two files."""
    rng = dice(f"{seed}/file/{event['messageId']}")
    number = (at - START) // DAY + (1 if rng.random() < 0.005 else 0)
    line = orjson.dumps(event)
    waiting.setdefault(number, []).append((at, line))
    if rng.random() < 0.002:
        waiting.setdefault(number + 1, []).append((at, line))


def _write(
    folder: Path, number: int, lines: list[tuple[int, bytes]], since_ms: int, until_ms: int
) -> list[Path]:
    """Write the file of one day if it appears in (since, until]; return its path."""
    start = START + number * DAY
    if not since_ms < start + DAY + 2 * 3_600_000 <= until_ms:
        return []
    path = folder / f"events-{day_of(start)}.jsonl.gz"
    text = b"\n".join(line for _, line in sorted(lines)) + b"\n"
    partial = path.with_name(f".{path.name}.partial")
    # No time and no name in the header: the same events give the same bytes.
    partial.write_bytes(gzip.compress(text, compresslevel=6, mtime=0))
    partial.replace(path)
    return [path]


def sessions_of(
    company: Company, first_ms: int, last_ms: int
) -> Iterator[tuple[Visit, Person | None]]:
    """Yield every session that began between two instants, and whose it is."""
    for visit in company.anonymous:
        if first_ms <= visit.started <= last_ms:
            yield visit, None
    for person in company.persons:
        if person.kind in ("spam", "test"):
            continue
        for visit in (*person.sessions, *_mail_sessions(company.seed, person, first_ms, last_ms)):
            if first_ms <= visit.started <= last_ms:
                yield visit, person


def _mail_sessions(seed: int, person: Person, first_ms: int, last_ms: int) -> Iterator[Visit]:
    """A human click on an e-mail's link opens a session on the site seconds later."""
    joined, left = person.subscribed_at, person.unsubscribed_at or END
    if joined is None or person.kind != "person":
        return
    for mail in MAILS:
        # Nobody clicks later than 30 days after the sending: 8 hours is the mean.
        if not (joined <= mail.sent < left and first_ms - 30 * DAY <= mail.sent <= last_ms):
            continue
        for each in reactions(seed, mail, person):
            if each.action == "click" and not each.is_machine:
                rng = Random(f"{seed}/mail/{mail.number}/{person.number}")
                visit = session_of(rng, person.visitors[0], each.at + 2_000, "email")
                yield replace(visit, campaign=mail.slug)


def accepts(seed: int, visit: Visit, person: Person | None) -> bool:
    """Return whether a visitor lets their session be analysed."""
    return _consents(dice(f"{seed}/web/{visit.visitor}/{visit.started}"), person)


def campaign_tags(company: Company, first_ms: int, last_ms: int) -> Iterator[str]:
    """Yield the campaign tag of each session between two instants that may be analysed."""
    for visit, person in sessions_of(company, first_ms, last_ms):
        if visit.campaign:
            rng = dice(f"{company.seed}/web/{visit.visitor}/{visit.started}")
            consents = _consents(rng, person)
            wrong = _spoiled(company.seed, visit, person, consents)
            query, _ = _landing(rng, visit, consents, wrong)
            if consents:
                yield _campaign(query).get("name", "")


def _consents(rng: Random, person: Person | None) -> bool:
    return person.has_consent if person else rng.random() < 0.85


def _visit(seed: int, visit: Visit, person: Person | None) -> Iterator[tuple[int, dict[str, Any]]]:
    # Every draw comes before the first event: the next session takes the dice.
    rng = dice(f"{seed}/web/{visit.visitor}/{visit.started}")
    consents = _consents(rng, person)
    query, referrer = _landing(rng, visit, consents, _spoiled(seed, visit, person, consents))
    submits = bool(person and person.form_visit is visit and consents and person.lead_at)
    logs_in = not submits and person is not None and _logs_in(rng, visit, person, consents)
    stem = f"{visit.visitor}-{visit.started}"
    for place, (at, path) in enumerate(visit.pages):
        url = f"https://www.fathom.example{path}"
        event = _event(f"{stem}-{place}", "page", visit.visitor, at, consents)
        event["properties"] = {
            "url": url + (f"?{query}" if place == 0 and query else ""),
            "path": path,
            "referrer": referrer if place == 0 else "https://www.fathom.example/",
            "title": path.strip("/").title() or "Home",
        }
        if place == 0:
            event["context"]["campaign"] = _campaign(query)
        yield at, event
    if person is not None and person.lead_at and submits:
        at = person.lead_at
        track = _event(f"{stem}-form", "track", visit.visitor, at, True)
        submission = f"c0ffee00-0000-4000-8000-{person.number:012d}"
        track |= {
            "event": "Form Submitted",
            "properties": {
                "form_submission_id": submission,
                "url": "https://www.fathom.example/demo",
                "path": "/demo",
            },
        }
        yield at, track
        identify = _event(f"{stem}-identify", "identify", visit.visitor, at + 500, True)
        identify |= {"userId": f"u-{person.number}", "traits": {"email": person.email}}
        yield at + 500, identify
    elif person is not None and logs_in:
        at = visit.started + 1000
        login = _event(f"{stem}-login", "identify", visit.visitor, at, True)
        login |= {"userId": f"u-{person.number}", "traits": {"email": person.email}}
        yield at, login
    elif person is not None and _is_named_in_spite(seed, visit, person, consents):
        at = visit.started + 1500
        named = _event(f"{stem}-named", "identify", visit.visitor, at, False)
        named |= {"userId": f"u-{person.number}", "traits": {"email": person.email}}
        yield at, named


def _is_named_in_spite(seed: int, visit: Visit, person: Person, consents: bool) -> bool:
    is_first = visit in person.sessions[:1]
    return is_first and not consents and wishes.is_named_in_spite(seed, person)


def _logs_in(rng: Random, visit: Visit, person: Person, consents: bool) -> bool:
    """Known people come back, now and then on their other device, and half of them log in."""
    if not consents or len(person.sessions) < 2 or person.lead_at is None:
        return False
    return visit.started > person.lead_at and rng.random() < 0.5


def _event(id_: str, type_: str, visitor: str, at: int, consents: bool) -> dict[str, Any]:
    happened = iso_ms(at)
    return {
        "messageId": id_,
        "type": type_,
        "anonymousId": visitor,
        "userId": None,
        "timestamp": happened,
        "receivedAt": iso_ms(at + 800),
        "originalTimestamp": happened,
        "properties": {},
        "context": {
            "ip": "203.0.113.7",
            "userAgent": "Mozilla/5.0",
            "consent": {"categoryPreferences": {"analytics": consents, "marketing": consents}},
        },
    }


def planted(company: Company) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the spoiled tags: kind, source, object, the landing page's event, what was meant."""
    for visit in company.anonymous:
        if wrong := dirt.of_tags(company.seed, visit):
            rng = dice(f"{company.seed}/web/{visit.visitor}/{visit.started}")
            consents = _consents(rng, None)
            if consents and "utm_" in _landing(rng, visit, consents, None)[0]:
                event = f"{visit.visitor}-{visit.started}-0"
                yield f"dirt_{wrong.kind}", "web_events", "events", event, wrong.meant


def _spoiled(seed: int, visit: Visit, person: Person | None, consents: bool) -> dirt.Dirt | None:
    return dirt.of_tags(seed, visit) if person is None and consents else None


def _landing(rng: Random, visit: Visit, consents: bool, wrong: dirt.Dirt | None) -> tuple[str, str]:
    referrer = _REFERRERS.get(visit.channel, "")
    tags: dict[str, str] = {}
    if visit.channel in _UTM and visit.campaign and rng.random() < 0.94:
        source, medium = _UTM[visit.channel]
        if visit.channel == "paid_social":
            source = social_network(visit.visitor, visit.started)
        campaign = visit.campaign
        if rng.random() < 0.10:
            source = rng.choice(_MESS.get(source, (source,)))
        if rng.random() < 0.08:
            medium = rng.choice(_MESS.get(medium, (medium,)))
        if rng.random() < 0.08:
            campaign = rng.choice((campaign.upper(), campaign.replace("_", "-"), campaign.title()))
        tags = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
        if wrong and wrong.value:
            tags[wrong.field] = quote(wrong.value)
    parts = [f"{name}={value}" for name, value in tags.items()]
    if visit.click_id and consents:
        name, _, value = visit.click_id.partition(":")
        parts.append(f"{name}={value}")
    return "&".join(parts), referrer


def _campaign(query: str) -> dict[str, str]:
    named = dict(part.split("=", 1) for part in query.split("&") if part.startswith("utm_"))
    return {
        name.removeprefix("utm_").replace("campaign", "name"): unquote(value)
        for name, value in named.items()
    }
