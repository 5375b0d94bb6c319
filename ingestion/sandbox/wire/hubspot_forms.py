"""HubSpot forms with their fields, and what people of the company's story submitted."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox import consents
from ingestion.sandbox.company import Company, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_ms

FORM = "6f1c2d3e-demo-0000-0000-000000000001"
FORM_NAME = "Request a demo"
# A form of the website that HubSpot only listens to, and one that was taken down.
CAPTURED_FORM = "6f1c2d3e-demo-0000-0000-000000000002"
OLD_FORM = "6f1c2d3e-demo-0000-0000-000000000003"
_FIELDS = (
    ("email", "Email", "email", True),
    ("firstname", "First name", "single_line_text", True),
    ("lastname", "Last name", "single_line_text", False),
    ("company", "Company", "single_line_text", False),
    ("jobtitle", "Job title", "single_line_text", False),
    ("message", "Message", "multi_line_text", False),
)


def changes(company: Company) -> Iterator[Change]:
    """Yield the forms and every submission."""
    yield from _forms()
    for person in company.persons:
        yield from _submission(company.seed, person)


def _forms() -> Iterator[Change]:
    plain = [_field(*each) for each in _FIELDS]
    asked = {
        **_field("how_did_you_hear", "How did you hear about us?", "dropdown", False),
        "options": [],
    }
    # The consent field came with the second version of the form.
    consent = _field("consent", "I agree to be contacted", "single_checkbox", True)
    other = _field("how_did_you_hear_other", "Where was it?", "single_line_text", False)
    behind = {
        "dependentCondition": {
            "operator": "set_any",
            "value": "",
            "values": ["Other"],
            "rangeStart": "",
            "rangeEnd": "",
        },
        "dependentField": other,
    }
    first = [*plain, {**asked, "dependentFields": [behind]}]
    yield change("hubspot", "forms", FORM, 0, _form(FORM, FORM_NAME, "hubspot", 0, first))
    at = consents.ASKED_SINCE
    second = _form(FORM, FORM_NAME, "hubspot", at, [*first, consent])
    yield change("hubspot", "forms", FORM, at, second)
    captured = _form(CAPTURED_FORM, "Newsletter box of the blog", "captured", 0, plain[:1])
    yield change("hubspot", "forms", CAPTURED_FORM, 0, captured)
    old = {**_form(OLD_FORM, "Old contact form", "hubspot", 0, plain[:2]), "archived": True}
    yield change("hubspot", "forms", OLD_FORM, 0, old, status="archived")


def _form(
    id_: str, name: str, type_: str, updated: int, fields: list[dict[str, Any]]
) -> dict[str, Any]:
    groups = [
        {"groupType": "default_group", "richTextType": "text", "fields": fields[start : start + 2]}
        for start in range(0, len(fields), 2)
    ]
    return {
        "id": id_,
        "name": name,
        "formType": type_,
        "createdAt": iso_ms(0),
        "updatedAt": iso_ms(updated),
        "archived": False,
        "fieldGroups": groups,
    }


def _field(name: str, label: str, type_: str, required: bool) -> dict[str, Any]:
    return {
        "objectTypeId": "0-1",
        "name": name,
        "label": label,
        "fieldType": type_,
        "required": required,
        "hidden": False,
        "dependentFields": [],
    }


def submission_id(person: Person) -> str:
    """Return the conversion id of a person's form submission."""
    return f"c0ffee00-0000-4000-8000-{person.number:012d}"


def _submission(seed: int, person: Person) -> Iterator[Change]:
    if person.form_visit is None or person.lead_at is None:
        return
    rng = Random(f"{seed}/hubspot/form/{person.number}")
    values = {
        "email": person.email,
        "firstname": person.first,
        "lastname": person.last,
        "company": person.account.name if person.account else "",
        "jobtitle": person.title,
        "message": "cheap backlinks and casino" if person.kind == "spam" else "Please call me.",
        "how_did_you_hear": rng.choice(("", "Google", "A friend", "LinkedIn")),
        "consent": "true" if consents.ticked(person) else "",
    }
    body = {
        "conversionId": submission_id(person),
        "submittedAt": person.lead_at,
        "values": [
            {"name": name, "value": value, "objectTypeId": "0-1"}
            for name, value in values.items()
            if value
        ],
        "pageUrl": "https://www.fathom.example/demo",
    }
    yield change(
        "hubspot", "form_submissions", submission_id(person), person.lead_at, body, parent=FORM
    )
