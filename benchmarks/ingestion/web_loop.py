"""The load of web events as a plain engineer writes it by hand, beside those of `loops`."""

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.ingestion.loops import BATCH, Rows, instant
from ingestion.contract import Table


def web_events(inbox: str, table: Table) -> Rows:
    """Page views from the files of the drop folder."""
    for path in sorted(Path(inbox).glob("*.jsonl.gz")):
        page = []
        with gzip.open(path) as file:
            for line in file:
                page.append(_web_row(json.loads(line), path.name))
                if len(page) == BATCH:
                    yield page
                    page = []
        yield page


_TAGS = {
    f"utm_{ours}": theirs
    for ours, theirs in zip(
        ("source", "medium", "campaign", "content", "term"),
        ("source", "medium", "name", "content", "term"),
        strict=True,
    )
}


def _web_row(event: dict[str, Any], file_name: str) -> dict[str, Any]:
    context, told = event.get("context", {}), event.get("properties", {})
    page, campaign = context.get("page", {}), context.get("campaign", {})
    consent = context.get("consent", {}).get("categoryPreferences", {})
    url = told.get("url") or page.get("url")
    query = dict(parse_qsl(urlsplit(url).query)) if url else {}
    named = ("url", "path", "referrer", "title", "email", "form_submission_id")
    rest = {name: value for name, value in told.items() if name not in named}
    row = {
        "message_id": event["messageId"],
        "type": event["type"],
        "event": event.get("event"),
        "anonymous_id": event.get("anonymousId"),
        "user_id": event.get("userId"),
        "occurred_at": instant(event["timestamp"]),
        "received_at": instant(event.get("receivedAt")),
        "page_url": url,
        "page_path": told.get("path") or page.get("path"),
        "referrer": told.get("referrer") or page.get("referrer"),
        "title": told.get("title") or page.get("title"),
        "email": event.get("traits", {}).get("email") or told.get("email"),
        "form_submission_id": told.get("form_submission_id"),
        "consent_analytics": consent.get("analytics"),
        "consent_marketing": consent.get("marketing"),
        "properties": json.dumps(rest) if rest else None,
        "file_name": file_name,
    }
    for name, theirs in _TAGS.items():
        row[name] = campaign.get(theirs) or query.get(name)
    for name in ("gclid", "li_fat_id", "fbclid", "msclkid"):
        row[name] = query.get(name)
    return row
