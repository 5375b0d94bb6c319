"""Web events dropped as gzipped Segment-spec JSON lines -> raw_web_events.events.

Each file in `inbox/web_events` is read once; the state holds its name, size and digest, so a file
that grew or changed is read again and known events count as unchanged. The visitor's address and
browser are dropped at the door and counted. Links, devices, pipes and archives that unpack past
their cap are refused by name: 1,361 bytes can hold 20 GB.
"""

import gzip
import hashlib
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from ingestion.catalogue import Notes
from ingestion.contract import Bad, Extraction, Source, Yield
from ingestion.errors import LoadFailed
from ingestion.sources.web_events.rows import EVENTS, Batch

MAX_UNPACKED = 2 * 1024**3
MAX_LINE = 1024**2
# A bomb of broken lines would fill the memory with quarantined text: 2 GB of it, four times over.
MAX_BAD_LINES = 10_000
MAX_QUOTED = 10_000
BOM = b"\xef\xbb\xbf"
# The only way that a NUL gets through JSON; such a page is typed row by row, which counts them.
NUL = b"\\u0000"
LINES_PER_PAGE = 20_000


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the events of every file that is new or changed, oldest name first."""
    folder = Path(str(ctx.config["inbox"])) / "web_events"
    seen: dict[str, str] = dict(ctx.state.get("files", {}))
    if not folder.is_dir():
        return
    batch = Batch()
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        _refuse_odd(path, folder)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "md5").hexdigest()
        mark = f"{path.stat().st_size}:{digest}"
        if seen.get(path.name) == mark and not ctx.full:
            continue
        yield from _file(path, batch)
        seen[path.name] = mark
    yield batch.page()
    for name, times in batch.dropped.items():
        ctx.count(f"dropped_{name.lower()}", "events", times)
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


def _file(path: Path, batch: Batch) -> Iterator[Yield]:
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
        batch.add(event, path.name, is_odd=NUL in line)
        if len(batch.rows) >= LINES_PER_PAGE:
            yield batch.page()


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


WEB_EVENTS = Source(
    name="web_events",
    kind="web",
    title="Web events (Segment files)",
    tables=(EVENTS,),
    extract=extract,
    required=("inbox",),
    notes=Notes(
        reads="Visits, pages, forms and consent as lines of the Segment specification, one JSON "
        "object each, plain or gzipped, from the drop folder `web_events`.",
        cursor="Files by name and digest: a file that has been read is not opened again.",
        lookback="An event that comes late in a later file is taken; a repeated one counts once.",
        limits="Lines above 1 MB go to quarantine; archives that unpack without end are refused.",
        blind=(
            "Visitors who refused to be measured: what is not sent cannot be known.",
            "Addresses and user agents: they are dropped when a line is read.",
        ),
    ),
)
