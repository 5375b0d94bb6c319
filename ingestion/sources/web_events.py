"""Web events dropped as gzipped Segment-spec JSON lines -> raw_web_events.events.

Each file in `inbox/web_events` is read once; the state holds its name, size and digest, so a file
that grew or changed is read again and known events count as unchanged. The visitor's address and
browser are dropped at the door and counted. Links, devices, pipes and archives that unpack past
their cap are refused by name: 1,361 bytes can hold 20 GB.
"""

import gzip
import hashlib
import json
import stat
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from ingestion.contract import Bad, Column, Extraction, Page, Source, Table, Yield, columns
from ingestion.errors import LoadFailed

MAX_UNPACKED = 2 * 1024**3
MAX_LINE = 1024**2
# A bomb of broken lines would fill the memory with quarantined text: 2 GB of it, four times over.
MAX_BAD_LINES = 10_000
MAX_QUOTED = 10_000
BOM = b"\xef\xbb\xbf"
LINES_PER_PAGE = 5_000
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_CLICK_IDS = ("gclid", "li_fat_id", "fbclid", "msclkid")
EVENTS = Table(
    "events",
    "events",
    ("message_id",),
    (
        *columns("message_id type event anonymous_id user_id"),
        *columns("occurred_at received_at", "timestamp"),
        *columns("page_url page_path referrer title"),
        *columns(" ".join((*_UTM, *_CLICK_IDS))),
        Column("email", pii=True),
        Column("form_submission_id"),
        *columns("consent_analytics consent_marketing", "bool"),
        Column("properties", "json"),
        Column("file_name"),
    ),
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the events of every file that is new or changed, oldest name first."""
    folder = Path(str(ctx.config["inbox"])) / "web_events"
    seen: dict[str, str] = dict(ctx.state.get("files", {}))
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        _refuse_odd(path, folder)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "md5").hexdigest()
        mark = f"{path.stat().st_size}:{digest}"
        if seen.get(path.name) == mark and not ctx.full:
            continue
        yield from _file(ctx, path)
        seen[path.name] = mark
    ctx.state["files"] = seen


def _refuse_odd(path: Path, folder: Path) -> None:
    """Raise LoadFailed for anything but a plain file that lies in the inbox itself."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode) or path.resolve().parent != folder.resolve():
        raise LoadFailed(
            f"web_events: {path.name} is no plain file (a link, folder, device or pipe). "
            "Nothing was read from it: take it out of the inbox and run again."
        )
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise LoadFailed(
            f"web_events: {path.name} is neither .jsonl nor .jsonl.gz. "
            "Rename or remove it and run again."
        )


def _file(ctx: Extraction, path: Path) -> Iterator[Yield]:
    rows: list[dict[str, Any]] = []
    bad = 0
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip() and len(line) < MAX_LINE:
            continue
        event = _event(line)
        if event is None:
            bad += 1
            if bad > MAX_BAD_LINES:
                raise LoadFailed(
                    f"web_events: {path.name} has more than {MAX_BAD_LINES:,} lines that are no "
                    "JSON objects, so it is no event file. Remove it from the inbox and run again."
                )
            reason = "longer than a line may be" if len(line) >= MAX_LINE else "no JSON object"
            text = line[:MAX_QUOTED].decode("utf-8", "backslashreplace")
            yield Bad("events", f"{path.name} line {number}: {reason}", text)
            continue
        rows.append(_row(ctx, event, path.name))
        if len(rows) >= LINES_PER_PAGE:
            yield Page("events", rows)
            rows = []
    yield Page("events", rows)


def _event(line: bytes) -> dict[str, Any] | None:
    """Return the event on a line, None where the line holds none."""
    try:
        event = orjson.loads(line.removeprefix(BOM)) if len(line) < MAX_LINE else None
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) else None


def _lines(path: Path) -> Iterator[bytes]:
    """Yield lines, the head of one that is too long; unpacked within the cap."""
    unpacked, inside = 0, False
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                unpacked += len(line)
                if unpacked > MAX_UNPACKED:
                    raise LoadFailed(
                        f"web_events: {path.name} unpacks to more than {MAX_UNPACKED:,} bytes. "
                        "Split it, or remove it from the inbox if you do not know it."
                    )
                if not inside:
                    yield line
                inside = len(line) == MAX_LINE and not line.endswith(b"\n")
    except (EOFError, OSError, zlib.error) as error:
        raise LoadFailed(
            f"web_events: {path.name} cannot be unpacked ({type(error).__name__}). "
            "Drop it again whole, or remove it from the inbox."
        ) from error


def _row(ctx: Extraction, event: Mapping[str, Any], file_name: str) -> dict[str, Any]:
    context = _mapping(event.get("context"))
    properties = dict(_mapping(event.get("properties")))
    traits = {**_mapping(context.get("traits")), **_mapping(event.get("traits"))}
    for name in ("ip", "userAgent"):
        if context.get(name):
            ctx.count(f"dropped_{name.lower()}", "events")
    page = _mapping(context.get("page"))
    url = properties.pop("url", None) or page.get("url")
    query = _query(url)
    consent = _mapping(_mapping(context.get("consent")).get("categoryPreferences"))
    return {
        "message_id": event.get("messageId"),
        "type": event.get("type"),
        "event": event.get("event"),
        "anonymous_id": event.get("anonymousId"),
        "user_id": event.get("userId"),
        "occurred_at": event.get("timestamp"),
        "received_at": event.get("receivedAt"),
        "page_url": url,
        "page_path": properties.pop("path", None) or page.get("path"),
        "referrer": properties.pop("referrer", None) or page.get("referrer"),
        "title": properties.pop("title", None) or page.get("title"),
        **_tags(_mapping(context.get("campaign")), query),
        "email": traits.get("email") or properties.pop("email", None),
        "form_submission_id": properties.pop("form_submission_id", None),
        "consent_analytics": consent.get("analytics"),
        "consent_marketing": consent.get("marketing"),
        "properties": json.dumps(properties, sort_keys=True) if properties else None,
        "file_name": file_name,
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _query(url: Any) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(str(url or "")).query))
    except ValueError:
        return {}


def _tags(campaign: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """UTM values of the event, else of the address; click ids of the address, byte for byte."""
    named = {"utm_campaign": "name"}
    tags: dict[str, Any] = {
        name: campaign.get(named.get(name, name.removeprefix("utm_"))) or query.get(name)
        for name in _UTM
    }
    return tags | {name: query.get(name) for name in _CLICK_IDS}


WEB_EVENTS = Source(
    name="web_events",
    kind="web",
    title="Web events (Segment files)",
    tables=(EVENTS,),
    extract=extract,
    required=("inbox",),
)
