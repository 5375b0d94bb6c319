"""Bulk API 2.0 query jobs: asked for, waited for, and fetched in parts as CSV.

The vendor's documents show the header line in every part, older notes in the first one only: both
are read. A locator of `null` ends the parts. Every part states its number of records.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import LoadFailed, PageBroken
from ingestion.sources.salesforce.query import DATA
from ingestion.wire import Reply

PART = 50_000
# A job over millions of records takes minutes; one that takes an hour is stuck.
FIRST_WAIT, LONGEST_WAIT, PATIENCE = 1.0, 30.0, 3600.0
_ENDED_BADLY = ("Failed", "Aborted")


def read(ctx: Extraction, soql: str, where: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the records of a query in the parts of a job; raises LoadFailed where it fails."""
    asked = {"operation": "queryAll", "query": soql, "contentType": "CSV", "lineEnding": "LF"}
    job = ctx.http.post(f"{DATA}/jobs/query", asked)
    id_ = job.get("id") if isinstance(job, dict) else None
    if not id_:
        raise PageBroken(f"{where}: the bulk job was given no id. Nothing was lost: run again.")
    path = f"{DATA}/jobs/query/{id_}"
    declared = _finished(ctx, path, where)
    came = 0
    for rows in _parts(ctx, f"{path}/results", where):
        came += len(rows)
        yield rows
    if came != declared:
        raise PageBroken(
            f"{where}: the bulk job found {declared} records and {came} came. Nothing was lost and "
            "the cursor did not move: run again."
        )


def _finished(ctx: Extraction, path: str, where: str) -> int:
    """Wait for the job; return how many records it found."""
    waited, wait = 0.0, FIRST_WAIT
    while True:
        job = ctx.http.get(path)
        state = job.get("state") if isinstance(job, dict) else None
        if state == "JobComplete":
            return int(job.get("numberRecordsProcessed") or 0)
        if state in _ENDED_BADLY:
            said = str(job.get("errorMessage") or "no reason given")
            raise LoadFailed(
                f"{where}: the bulk job ended as {state} ({ctx.http.redact(said)[:200]}). Nothing "
                "was lost: run again, or set bulk_rows higher to read by pages."
            )
        if waited >= PATIENCE:
            raise LoadFailed(
                f"{where}: the bulk job is {state} after an hour. Nothing was lost: run again "
                "later, or set bulk_rows higher to read by pages."
            )
        ctx.http.clock.sleep(wait)
        waited, wait = waited + wait, min(wait * 2, LONGEST_WAIT)


def _parts(ctx: Extraction, path: str, where: str) -> Iterator[list[dict[str, Any]]]:
    names: list[str] = []
    seen: set[str] = set()
    params: dict[str, Any] = {"maxRecords": PART}
    while True:
        reply = ctx.http.fetch(path, params, Accept="text/csv")
        lines = list(csv.reader(io.StringIO(_text(reply), newline="")))
        if not names:
            names = lines[0] if lines else []
        if lines and lines[0] == names:
            lines = lines[1:]
        stated = reply.headers.get("Sforce-NumberOfRecords", "")
        if "Id" not in names or any(len(line) != len(names) for line in lines):
            raise PageBroken(f"{where}: a part of the bulk job is no table of its fields. {_AGAIN}")
        if not stated.isdigit() or int(stated) != len(lines):
            raise PageBroken(
                f"{where}: a part of the bulk job states {stated or 'no'} records and holds "
                f"{len(lines)}. {_AGAIN}"
            )
        yield [dict(zip(names, (each or None for each in line), strict=True)) for line in lines]
        locator = reply.headers.get("Sforce-Locator", "null")
        if locator in ("", "null"):
            return
        if locator in seen:
            raise PageBroken(f"{where}: a part of the bulk job came a second time. {_AGAIN}")
        seen.add(locator)
        params = {"maxRecords": PART, "locator": locator}


_AGAIN = "Nothing was lost and the cursor did not move: run again."


def _text(reply: Reply) -> str:
    """Return the CSV; broken UTF-8 becomes lone surrogates, which send their row to quarantine."""
    return reply.content.decode("utf-8-sig", errors="surrogateescape")
