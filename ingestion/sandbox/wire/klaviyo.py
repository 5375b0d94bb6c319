"""Fathom's second brand in Klaviyo: a quarter of the newsletter's people, its own monthly mails."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.sandbox import consents
from ingestion.sandbox.company import DAY, END, HOUR, START, Company, Person
from ingestion.sandbox.dice import dice
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_offset

SHARE, EVERY = 0.25, 30 * DAY
LIST, SEGMENT, FLOW = "KlList", "KlSegm", "KlFlow"
METRICS = {
    "Received Email": "KlRecv",
    "Opened Email": "KlOpen",
    "Clicked Email": "KlClik",
    "Bounced Email": "KlBnce",
    "Unsubscribed from Email Marketing": "KlUnsb",
    "Marked Email as Spam": "KlSpam",
    "Placed Order": "KlOrdr",
}
_BASE = "https://a.klaviyo.com/api"


@dataclass(frozen=True)
class Profile:
    """A profile: the person it is, its address, since when, and when it left or was gone.

    `dirt` names how it differs from the person; `disagrees` that its consent is not Mailchimp's.
    """

    id: str
    person: Person
    email: str
    created: int
    left: int | None
    dirt: str = ""
    disagrees: bool = False
    gone: int | None = None


@dataclass(frozen=True)
class Mail:
    """A campaign; its one message has an id of its own, which the events name."""

    number: int
    sent: int

    @property
    def id(self) -> str:
        """The campaign's id."""
        return f"01KLCAMPAIGN{self.number:014d}"

    @property
    def message(self) -> str:
        """The message's id."""
        return f"01KLMESSAGE{self.number:015d}"


# (metric, instant, more properties)
Event = tuple[str, int, dict[str, Any]]


def mails() -> list[Mail]:
    """Return every campaign of the brand."""
    moments = range(START + EVERY, END, EVERY)
    return [Mail(number, at + 15 * HOUR) for number, at in enumerate(moments, start=1)]


def profiles(company: Company) -> list[Profile]:
    """Return every profile there ever was, duplicates that were merged away included."""
    found: list[Profile] = []
    for person in company.persons:
        if person.subscribed_at is not None and person.kind == "person":
            found += _profiles(company.seed, person)
    return found


def _profiles(seed: int, person: Person) -> list[Profile]:
    rng = dice(f"{seed}/klaviyo/person/{person.number}")
    if rng.random() >= SHARE:
        return []
    created = (person.subscribed_at or 0) + rng.randint(1, 20) * DAY
    other = f"{person.first}.{person.last}.{person.number}@outlook.com".lower()
    has_other, disagrees = rng.random() < 0.10, rng.random() < 0.12
    left = person.unsubscribed_at
    if disagrees:
        left = None if left else created + rng.randint(30, 200) * DAY
    left = max(left, created + DAY) if left else None
    deleted = created + 100 * DAY if rng.random() < 0.04 else None
    id_ = f"01KLPROFILE{person.number:015d}"
    email, dirt = (other, "second_address") if has_other else (person.email, "")
    main = Profile(id_, person, email, created, left, dirt, disagrees, deleted)
    if rng.random() < 0.08:
        # The same person by another address, merged into the first one later: it just vanishes.
        twin = Profile(
            f"01KLPROFILE9{person.number:014d}",
            person,
            person.email if has_other else other,
            created + 2 * DAY,
            None,
            "merged",
            gone=created + 40 * DAY,
        )
        return [main, twin]
    return [main]


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every Klaviyo object, in no particular order."""
    yield from _fixed()
    every = profiles(company)
    for profile in every:
        yield from _profile(company.seed, profile)
    for mail in mails():
        yield from _mail(company.seed, mail, every)


def _record(type_: str, id_: str, attributes: dict[str, Any], **relations: Any) -> dict[str, Any]:
    links = {"self": f"{_BASE}/{type_}s/{id_}"}
    body: dict[str, Any] = {"type": type_, "id": id_, "attributes": attributes, "links": links}
    if relations:
        body["relationships"] = {
            name.replace("_", "-"): {
                "data": data,
                "links": {
                    "self": f"{links['self']}/relationships/{name.replace('_', '-')}",
                    "related": f"{links['self']}/{name.replace('_', '-')}",
                },
            }
            for name, data in relations.items()
        }
    return body


def _fixed() -> Iterator[Change]:
    made = {"created": iso_offset(START), "updated": iso_offset(START)}
    body = _record(
        "list", LIST, {"name": "Probe Weekly", **made, "opt_in_process": "single_opt_in"}
    )
    yield change("klaviyo", "lists", LIST, START, body)
    more = {"is_active": True, "is_processing": False, "is_starred": False}
    body = _record("segment", SEGMENT, {"name": "In Europe", "definition": None, **made, **more})
    yield change("klaviyo", "segments", SEGMENT, START, body)
    told = {"name": "Welcome", "status": "live", "archived": False, "trigger_type": "Added to List"}
    body = _record("flow", FLOW, {**told, **made})
    yield change("klaviyo", "flows", FLOW, START, body)
    system = {"object": "integration", "id": "0rG4eQ", "name": "Klaviyo", "category": "Internal"}
    for name, id_ in METRICS.items():
        body = _record("metric", id_, {"name": name, **made, "integration": system})
        yield change("klaviyo", "metrics", id_, START, body)


def _profile(seed: int, profile: Profile) -> Iterator[Change]:
    status = [(profile.created, "SUBSCRIBED")]
    if profile.left is not None:
        status.append((profile.left, "UNSUBSCRIBED"))
    texts = consents.texts(seed, profile.person, profile.created) if has_phone(profile) else ()
    for at in (since for since, _, _ in texts[1:] if since < (profile.gone or END)):
        standing = [consent for known, consent in status if known <= at][-1]
        body = _profile_body(profile, at, standing, texts)
        yield change("klaviyo", "profiles", profile.id, at, body)
    for at, consent in status:
        body = _profile_body(profile, at, consent, texts)
        yield change("klaviyo", "profiles", profile.id, at, body)
        is_in = consent == "SUBSCRIBED"
        for kind, group in (("list", LIST), ("segment", SEGMENT)):
            if kind == "segment" and profile.person.place[0] == "US":
                continue
            joined = {**body["attributes"], "joined_group_at": iso_offset(profile.created)}
            yield change(
                "klaviyo",
                f"{kind}_profiles",
                f"{group}:{profile.id}",
                at,
                {**body, "attributes": joined},
                parent=group,
                status="live" if is_in else "deleted",
                sort_at=profile.created,
            )
    if profile.gone is not None:
        body = {"type": "profile", "id": profile.id}
        yield change("klaviyo", "profiles", profile.id, profile.gone, body, status="deleted")
        for kind, group in (("list", LIST), ("segment", SEGMENT)):
            key = f"{group}:{profile.id}"
            yield change(
                "klaviyo",
                f"{kind}_profiles",
                key,
                profile.gone,
                body,
                parent=group,
                status="deleted",
            )


def has_phone(profile: Profile) -> bool:
    """Whether the profile has a number."""
    return profile.person.number % 2 == 0 or bool(profile.dirt)


def _profile_body(
    profile: Profile, at: int, consent: str, texts: tuple[tuple[int, str, str], ...]
) -> dict[str, Any]:
    person, is_in = profile.person, consent == "SUBSCRIBED"
    gone = {"reason": "UNSUBSCRIBE", "timestamp": iso_offset(at)}
    email = {
        "can_receive_email_marketing": is_in,
        "consent": consent,
        "consent_timestamp": iso_offset(at),
        "last_updated": iso_offset(at),
        "method": "PREFERENCE_PAGE" if not is_in else "API",
        "method_detail": "",
        "custom_method_detail": None,
        "double_optin": False,
        "suppression": [] if is_in else [gone],
        "list_suppressions": [],
    }
    sms: dict[str, Any] = {"can_receive_sms_marketing": False, "consent": "NEVER_SUBSCRIBED"}
    told = [each for each in texts if each[0] <= at]
    if told:
        since, said, method = told[-1]
        sms = {
            "can_receive_sms_marketing": said == "SUBSCRIBED",
            "consent": said,
            "consent_timestamp": iso_offset(since),
            "last_updated": iso_offset(since),
            "method": method,
        }
    attributes = {
        "email": profile.email,
        "phone_number": person.phone if has_phone(profile) else None,
        "external_id": None,
        "first_name": person.first,
        "last_name": person.last,
        "organization": person.account.name if person.account else None,
        "locale": None,
        "title": person.title,
        "image": None,
        "created": iso_offset(profile.created),
        "updated": iso_offset(at),
        "last_event_date": iso_offset(at),
        "location": {"country": person.place[0], "region": None, "city": None, "zip": None},
        "properties": {"brand": "probe"},
        "subscriptions": {"email": {"marketing": email}, "sms": {"marketing": sms}},
    }
    return _record("profile", profile.id, attributes)


def _mail(seed: int, mail: Mail, every: list[Profile]) -> Iterator[Change]:
    reached = [
        each
        for each in every
        if each.created <= mail.sent < min(each.left or END, each.gone or END)
    ]
    attributes = {
        "name": f"Probe News #{mail.number}",
        "status": "Sent",
        "archived": False,
        "audiences": {"included": [LIST], "excluded": []},
        "send_options": {"use_smart_sending": True},
        "send_strategy": {"method": "static", "datetime": iso_offset(mail.sent)},
        "created_at": iso_offset(mail.sent - DAY),
        "scheduled_at": iso_offset(mail.sent - HOUR),
        "updated_at": iso_offset(mail.sent),
        "send_time": iso_offset(mail.sent),
    }
    pointed = [{"type": "campaign-message", "id": mail.message}]
    body = _record("campaign", mail.id, attributes, campaign_messages=pointed)
    yield change("klaviyo", "campaigns", mail.id, mail.sent, body)
    content = {
        "subject": f"Probe News {mail.number}",
        "preview_text": "",
        "from_email": "news@probe.example",
        "from_label": "Probe",
    }
    told = {
        "definition": {"channel": "email", "label": "Default", "content": content},
        "created_at": iso_offset(mail.sent - DAY),
        "updated_at": iso_offset(mail.sent),
    }
    body = _record("campaign-message", mail.message, told)
    yield change("klaviyo", "messages", mail.message, mail.sent, body, parent=mail.id)
    counted: list[tuple[str, int, str]] = []
    for profile in reached:
        for number, event in enumerate(events(seed, mail, profile)):
            counted.append((event[0], event[1], profile.id))
            yield _event(mail, profile, number, event)
    yield from _values(mail, counted)


@lru_cache(maxsize=50_000)
def _events(seed: int, number: int, sent: int, who: str, left: int | None) -> tuple[Event, ...]:
    rng = dice(f"{seed}/klaviyo/{number}/{who}")
    if rng.random() < 0.02:
        kind = rng.choice(("Hard", "Soft"))
        return (("Bounced Email", sent + 90_000, {"Bounce Type": kind}),)
    found: list[Event] = [("Received Email", sent + 60_000, {})]
    url = "https://www.fathom.example/probe?utm_source=klaviyo&utm_medium=email&utm_campaign=probe"
    if rng.random() < 0.35:
        at = sent + rng.randint(70, 900) * 1000
        found.append(("Opened Email", at, {"machine_open": True}))
    if rng.random() < 0.05:
        found.append(("Clicked Email", sent + 65_000, {"URL": url, "bot_click": True}))
    if rng.random() < 0.35:
        at = sent + 120_000 + int(rng.expovariate(1 / (9 * HOUR)))
        found.append(("Opened Email", at, {"machine_open": False}))
        if rng.random() < 0.2:
            found.append(("Clicked Email", at + 30_000, {"URL": url, "bot_click": False}))
    if left is not None and sent < left <= sent + EVERY:
        found.append(("Unsubscribed from Email Marketing", left, {}))
        if rng.random() < 0.2:
            found.append(("Marked Email as Spam", left, {}))
    return tuple(found)


def events(seed: int, mail: Mail, profile: Profile) -> tuple[Event, ...]:
    """Return what one profile (and the machines on the way) did with one campaign."""
    return _events(seed, mail.number, mail.sent, profile.id, profile.left)


def _event(mail: Mail, profile: Profile, number: int, event: Event) -> Change:
    name, at, more = event
    text = f"{mail.id}/{profile.id}/{number}"
    id_ = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:11]
    properties = {
        "Recipient Email Address": profile.email,
        "Campaign Name": f"Probe News #{mail.number}",
        "Subject": f"Probe News {mail.number}",
        "$message": mail.message,
        "$event_id": f"{mail.message}:{number}",
        **more,
    }
    attributes = {
        "timestamp": at // 1000,
        "event_properties": properties,
        "datetime": iso_offset(at),
        "uuid": hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:32],
    }
    body = _record(
        "event",
        id_,
        attributes,
        profile={"type": "profile", "id": profile.id},
        metric={"type": "metric", "id": METRICS[name]},
    )
    # One in ten is told hours after it happened, as soon as the mailbox provider tells.
    late = 20 * HOUR if int(id_, 16) % 10 == 0 else 60_000
    return change("klaviyo", "events", id_, at + late, body, sort_at=at)


def _values(mail: Mail, counted: list[tuple[str, int, str]]) -> Iterator[Change]:
    """The campaign's counters, which move for four weeks."""
    for week in range(5):
        shown = mail.sent + HOUR + week * 7 * DAY
        seen = [each for each in counted if each[1] <= shown]
        total = Counter(name for name, _, _ in seen)
        unique = Counter(name for name, _ in {(name, who) for name, _, who in seen})
        left = "Unsubscribed from Email Marketing"
        statistics = {
            "recipients": total["Received Email"] + total["Bounced Email"],
            "delivered": total["Received Email"],
            "bounced": total["Bounced Email"],
            "opens": total["Opened Email"],
            "opens_unique": unique["Opened Email"],
            "clicks": total["Clicked Email"],
            "clicks_unique": unique["Clicked Email"],
            "unsubscribes": total[left],
            "unsubscribe_uniques": unique[left],
            "spam_complaints": total["Marked Email as Spam"],
            "conversions": 0.0,
            "conversion_value": 0.0,
        }
        groupings = {
            "send_channel": "email",
            "campaign_id": mail.id,
            "campaign_message_id": mail.message,
        }
        body = {"groupings": groupings, "statistics": statistics}
        yield change("klaviyo", "values", mail.id, shown, body, sort_at=mail.sent)
