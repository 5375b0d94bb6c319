"""The newsletter's list as a whole: growth, segments and tags, and what counts without a person."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingestion.sandbox.company import DAY, END, START, Company, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire import mailchimp
from ingestion.sandbox.wire.encode import change, day_of, iso_offset
from ingestion.sandbox.wire.mailchimp import LINKS, LIST, mails, member_email, reactions

MONTH = 30 * DAY
# (id, name, type, which members are in it)
SEGMENTS = (
    (41001, "webinar", "static", 5),
    (41002, "In Germany", "saved", 7),
)


def changes(company: Company) -> Iterator[Change]:
    """Yield everything that Mailchimp holds of the company."""
    yield from mailchimp.changes(company)
    members = [each for each in company.persons if each.subscribed_at is not None]
    yield from _growth(company, members)
    yield from _segments(company, members)
    yield from _links(company, members)
    yield from _others()
    yield from _drafts()


def _growth(company: Company, members: list[Person]) -> Iterator[Change]:
    """A month's line once it is over, a day's line the day after."""
    joined = Counter(day_of(each.subscribed_at or 0) for each in members)
    left = Counter(day_of(each.unsubscribed_at) for each in members if each.unsubscribed_at)
    sent = {
        day_of(mail.sent): sum(
            (each.subscribed_at or 0) <= mail.sent < (each.unsubscribed_at or END)
            for each in members
        )
        for mail in mails()
    }
    months: dict[str, Counter[str]] = {}
    for at in range(START, END - DAY, DAY):
        day = day_of(at)
        months.setdefault(day[:7], Counter()).update({"in": joined[day], "out": left[day]})
        body: dict[str, Any] = {
            "day": day,
            "emails_sent": sent.get(day, 0),
            **dict.fromkeys(("unique_opens", "recipient_clicks", "hard_bounce", "soft_bounce"), 0),
            "subs": joined[day],
            "unsubs": left[day],
            **dict.fromkeys(("other_adds", "other_removes"), 0),
            "_links": LINKS,
        }
        yield change("mailchimp", "activity", day, at + DAY, body, parent=LIST, sort_at=at)
        if day_of(at + DAY)[:7] != day[:7]:
            yield _month(day[:7], at + DAY, months)


def _month(month: str, shown: int, months: dict[str, Counter[str]]) -> Change:
    moved = months[month]
    body = {
        "list_id": LIST,
        "month": month,
        "existing": sum(each["in"] - each["out"] for each in months.values()),
        **dict.fromkeys(("imports", "optins"), 0),
        "subscribed": moved["in"],
        "unsubscribed": moved["out"],
        **dict.fromkeys(("reconfirm", "cleaned", "pending", "deleted", "transactional"), 0),
        "_links": LINKS,
    }
    return change("mailchimp", "growth_history", month, shown, body, parent=LIST)


def _segments(company: Company, members: list[Person]) -> Iterator[Change]:
    """Counts and members of a segment move together, once a month; who unsubscribes leaves it."""
    for id_, name, kind, every in SEGMENTS:
        inside = [each for each in members if each.number % every == 0]
        for at in range(START + MONTH, END, MONTH):
            present = {
                mailchimp.email_id(member_email(company.seed, each)): each
                for each in inside
                if (each.subscribed_at or 0) <= at < (each.unsubscribed_at or END)
            }
            yield from _segment(id_, name, kind, at, len(present))
            for key, person in present.items():
                if (person.subscribed_at or 0) > at - MONTH:
                    body = {"id": key, "status": "subscribed", "list_id": LIST, "_links": LINKS}
                    yield _membership(id_, key, at, body)
            for person in inside:
                if at - MONTH <= (person.unsubscribed_at or 0) < at:
                    key = mailchimp.email_id(member_email(company.seed, person))
                    yield _membership(id_, key, at, {"id": key}, is_gone=key not in present)


def _segment(id_: int, name: str, kind: str, at: int, count: int) -> Iterator[Change]:
    body = {
        "id": id_,
        "name": name,
        "type": kind,
        "member_count": count,
        "options": {"match": "all", "conditions": []},
        "created_at": iso_offset(START + MONTH),
        "updated_at": iso_offset(at),
        "list_id": LIST,
        "_links": LINKS,
    }
    yield change("mailchimp", "segments", str(id_), at, body, parent=LIST)


def _membership(
    segment: int, key: str, at: int, body: dict[str, Any], *, is_gone: bool = False
) -> Change:
    status = "deleted" if is_gone else "live"
    return change(
        "mailchimp",
        "segment_members",
        f"{segment}:{key}",
        at,
        body,
        parent=str(segment),
        status=status,
    )


def _links(company: Company, members: list[Person]) -> Iterator[Change]:
    """One link a mail; its counters move with the report's."""
    for mail in mails():
        clicks = sorted(
            (each.at, person.number, each.url)
            for person in members
            if (person.subscribed_at or 0) <= mail.sent < (person.unsubscribed_at or END)
            for each in reactions(company.seed, mail, person)
            if each.action == "click"
        )
        id_ = hashlib.md5(mail.id.encode(), usedforsecurity=False).hexdigest()[:10]
        for shown in mailchimp.report_instants(mail):
            seen = [each for each in clicks if each[0] <= shown]
            if not seen:
                continue
            body = {
                "id": id_,
                "url": seen[0][2],
                "total_clicks": len(seen),
                "click_percentage": 1.0,
                "unique_clicks": len({number for _, number, _ in seen}),
                "unique_click_percentage": 1.0,
                "last_click": iso_offset(seen[-1][0]),
                "campaign_id": mail.id,
                "_links": LINKS,
            }
            yield change("mailchimp", "click_details", id_, shown, body, parent=mail.id)


def _others() -> Iterator[Change]:
    """A welcome workflow and a landing page: counters without persons."""
    for month, at in enumerate(range(START + MONTH, END, MONTH), start=1):
        workflow = {
            "id": "wf00000001",
            "create_time": iso_offset(START),
            "start_time": iso_offset(START + DAY),
            "status": "sending",
            "emails_sent": 20 * month,
            "recipients": {"list_id": LIST},
            "settings": {"title": "Welcome"},
            "trigger_settings": {"workflow_type": "singleWelcome", "workflow_emails_count": 1},
            "report_summary": {
                "opens": 12 * month,
                "unique_opens": 9 * month,
                "clicks": 3 * month,
                "subscriber_clicks": 2 * month,
            },
            "_links": LINKS,
        }
        yield change("mailchimp", "automations", "wf00000001", at, workflow)
        page = {
            "id": "lp00000001",
            "name": "Guide",
            "title": "Data Hygiene Guide",
            "url": "https://mailchi.mp/fathom/guide",
            "status": "published",
            "list_id": LIST,
            "published_at": iso_offset(START + DAY),
            "unpublished_at": "",
            "visits": 90 * month,
            "unique_visits": 70 * month,
            "subscribes": 4 * month,
            "clicks": 11 * month,
            "conversion_rate": 0.05,
            "_links": LINKS,
        }
        yield change("mailchimp", "landing_pages", "lp00000001", at, page)


def _drafts() -> Iterator[Change]:
    """A campaign that was never sent, and one that was thrown away before it was."""
    for number, status in ((1, "save"), (2, "schedule")):
        body = {
            "id": f"mcdraft{number}",
            "web_id": 9000 + number,
            "type": "regular" if number == 1 else "plaintext",
            "status": status,
            "create_time": iso_offset(START + 60 * DAY),
            "send_time": "",
            "emails_sent": 0,
            "recipients": {"list_id": LIST, "segment_text": ""},
            "settings": {"subject_line": "Draft", "title": f"Draft {number}"},
            "_links": LINKS,
        }
        key = str(body["id"])
        yield change("mailchimp", "campaigns", key, START + 60 * DAY, body)
        if number == 2:
            gone = START + 500 * DAY
            yield change("mailchimp", "campaigns", key, gone, body, status="deleted")
