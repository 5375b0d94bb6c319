"""Serves one resource of one vendor on loopback, from its own process: its cost is not the load's.

    python -m benchmarks.ingestion.vendor klaviyo_events 0 100000

Prints its port. Everything else that a load asks the vendor for is there, and empty.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from benchmarks.ingestion import records
from ingestion.sources.salesforce.tables import OBJECTS

Query = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """One request, and the address under which it came."""

    path: str
    query: Query
    body: Any
    base: str


@dataclass
class Shelf:
    """The rows `first` to `first + rows` of one kind of record, in pages."""

    make: Callable[[int], Any]
    first: int
    rows: int
    _pages: dict[tuple[int, int], list[Any]] = field(default_factory=dict)

    def page(self, place: int, size: int) -> list[Any]:
        """Return the records from `place` on."""
        last = min(place + size, self.rows)
        return [self.make(self.first + number) for number in range(place, last)]


def hubspot(shelf: Shelf, asked: Asked) -> Any:
    """Contacts by pages of 50; no associations, owners or deals."""
    if asked.path.endswith("/contacts/search"):
        return {"total": shelf.rows, "results": []}
    if asked.path.endswith("/search"):
        return {"total": 0, "results": []}
    if "/associations/" in asked.path:
        ids = [each["id"] for each in asked.body["inputs"]]
        error = {"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
        return {"results": [], "errors": [{**error, "context": {"fromObjectId": ids}}]}
    if not asked.path.endswith("/contacts") or asked.query["archived"] == "true":
        return {"results": []}
    names = tuple(asked.query["properties"].split(","))
    size, place = int(asked.query["limit"]), int(asked.query.get("after", 0))
    made = Shelf(lambda number: records.hubspot_contact(number, names), shelf.first, shelf.rows)
    paging = {"next": {"after": str(place + size)}} if place + size < shelf.rows else None
    return {"results": made.page(place, size), **({"paging": paging} if paging else {})}


def salesforce(shelf: Shelf, asked: Asked) -> Any:
    """Contacts by pages of 2,000 behind a locator; every other object is there without a record."""
    if asked.path.endswith("/describe"):
        name = asked.path.split("/")[-2]
        fields = next(each.fields for each in OBJECTS if each.name == name)
        return {"fields": [{"name": each} for each in fields]}
    place = int(asked.path.rpartition("-")[2]) if "/query/" in asked.path else 0
    question = asked.query.get("q", "")
    if "COUNT()" in question:
        return {"totalSize": shelf.rows if " FROM Contact" in question else 0}
    if place == 0 and " FROM Contact " not in question:
        return {"totalSize": 0, "done": True, "records": []}
    found = {"totalSize": shelf.rows, "done": place + 2_000 >= shelf.rows}
    if not found["done"]:
        found["nextRecordsUrl"] = f"/services/data/v63.0/query/01g-{place + 2_000}"
    return {**found, "records": shelf.page(place, 2_000)}


def klaviyo(shelf: Shelf, asked: Asked) -> Any:
    """Profiles or events behind absolute links; every other list is empty."""
    kind = "profiles" if shelf.make is records.klaviyo_profile else "events"
    if asked.path != f"/api/{kind}":
        return {"data": [], "links": {"next": None}}
    size, place = int(asked.query["page[size]"]), int(asked.query.get("page[cursor]", 0))
    more = place + size
    link = f"{asked.base}/api/{kind}?page[size]={size}&page[cursor]={more}"
    following = link if more < shelf.rows else None
    return {"data": shelf.page(place, size), "links": {"next": following}}


ACTIONS = 3


def mailchimp(shelf: Shelf, asked: Asked) -> Any:
    """One sent campaign with its activity; no lists."""
    if asked.path == "/3.0/campaigns":
        sent = {"id": "c1", "status": "sent", "send_time": records.BEGAN.isoformat()}
        return {"campaigns": [sent], "total_items": 1}
    if asked.path == "/3.0/reports/c1":
        return {"id": "c1"}
    if not asked.path.endswith("/email-activity"):
        name = asked.path.rpartition("/")[2].replace("-", "_")
        selector = {"click_details": "urls_clicked", "unsubscribed": "unsubscribes"}.get(name, name)
        return {selector: [], "total_items": 0}
    size, place = int(asked.query["count"]), int(asked.query["offset"])
    return {"emails": shelf.page(place, size), "total_items": shelf.rows}


def meta(shelf: Shelf, asked: Asked) -> Any:
    """Insights of ads by a report run; nothing at the other levels, no objects."""
    last = asked.path.rpartition("/")[2]
    if last == "act_42":
        return {"account_id": "42", "timezone_name": "Europe/Vienna", "currency": "EUR"}
    if last in ("campaigns", "adsets", "ads"):
        return {"data": [], "summary": {"total_count": 0}}
    if last.startswith("run-"):
        return {"async_status": "Job Completed", "async_percent_completion": 100}
    if asked.body is not None:
        kind = "ad" if asked.body.get("level") == "ad" else "none"
        span = orjson.loads(asked.body["time_range"])
        return {"report_run_id": f"run-{kind}-{span['since']}-{span['until']}"}
    run = asked.path.split("/")[-2]
    if not run.startswith("run-ad-"):
        return {"data": [], "summary": {"impressions": "0"}}
    low, high = (date.fromisoformat(run[start : start + 10]) for start in (7, 18))
    start, stop = _between(shelf, low, high)
    place, size = start + int(asked.query.get("after") or 0), int(asked.query["limit"])
    page = [shelf.make(number) for number in range(place, min(place + size, stop))]
    stated = sum(number % 9973 for number in range(start, stop)) if place == start else None
    summary = {} if stated is None else {"summary": {"impressions": str(stated)}}
    if place + size >= stop:
        return {"data": page, **summary}
    paging = {"cursors": {"after": str(place + size - start)}, "next": f"{asked.base}/next"}
    return {"data": page, "paging": paging, **summary}


def _between(shelf: Shelf, low: date, high: date) -> tuple[int, int]:
    """Return the first row of a range of days, and the one after its last."""
    first, last = ((day - records.FIRST_DAY).days * records.ADS for day in (low, high))
    end = shelf.first + shelf.rows
    return min(max(first, shelf.first), end), max(shelf.first, min(last + records.ADS, end))


def google(shelf: Shelf, asked: Asked) -> Any:
    """Days of ads as one stream; every other question has no result."""
    if asked.path == "/token":
        return {"access_token": "made-up", "expires_in": 3600}
    if asked.path.endswith(":search"):
        return {"results": [], "totalResultsCount": "0"}
    if " FROM ad_group_ad " not in asked.body["query"]:
        return [{"results": [], "summaryRow": {}}]
    low, high = (date.fromisoformat(each) for each in asked.body["query"].split("'")[1::2])
    start, stop = _between(shelf, low, high)
    chunks, found = [], range(start, stop)
    for place in range(start, stop, 10_000):
        rows = [shelf.make(number) for number in range(place, min(place + 10_000, stop))]
        chunks.append({"results": rows})
    return [*chunks, {"summaryRow": {"metrics": _summed(found)}}]


def _summed(numbers: range) -> dict[str, Any]:
    whole = {"clicks": 311, "impressions": 9973}
    told: dict[str, Any] = {
        name: str(sum(number % size for number in numbers)) for name, size in whole.items()
    }
    told["costMicros"] = str(sum(number % 9973 for number in numbers) * 10_000)
    told["conversions"] = sum(number % 31 for number in numbers) / 4
    return {**told, "conversionsValue": sum(number % 311 for number in numbers) / 4}


SERVED: dict[str, tuple[Callable[[Shelf, Asked], Any], Callable[..., Any]]] = {
    "hubspot_contacts": (hubspot, records.hubspot_contact),
    "salesforce_contacts": (salesforce, records.salesforce_contact),
    "klaviyo_profiles": (klaviyo, records.klaviyo_profile),
    "klaviyo_events": (klaviyo, records.klaviyo_event),
    "mailchimp_activity": (mailchimp, records.mailchimp_activity),
    "meta_ad_days": (meta, records.meta_ad_day),
    "google_ad_days": (google, records.google_ad_day),
}


def main() -> None:
    """Serve until the process is ended."""
    name, first, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    answer, make = SERVED[name]
    if name == "mailchimp_activity":
        first, rows = first // ACTIONS, rows // ACTIONS
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer, Shelf(make, first, rows)))
    print(server.server_port, flush=True)
    server.serve_forever()


def _handler(answer: Callable[[Shelf, Asked], Any], shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = "form" in self.headers.get("Content-Type", "")
            self._reply({} if is_form else orjson.loads(text))

        def _reply(self, body: Any) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            base = f"http://{self.headers['Host']}"
            content = orjson.dumps(answer(shelf, Asked(parts.path, query, body, base)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def lines(first: int, rows: int) -> Iterator[bytes]:
    """Yield web events as lines of JSON."""
    for number in range(first, first + rows):
        yield orjson.dumps(records.web_event(number)) + b"\n"


if __name__ == "__main__":
    main()
