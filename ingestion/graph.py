"""Meta's Graph API, whatever is read by it: errors under 400, usage headers, lists, insights.

Error codes and headers as Meta's pages on rate limiting and error handling name them. One metric
that Meta has given up fails a whole call for insights, and it gives some up every few months
(developers.facebook.com/docs/platforminsights/page/deprecated-metrics), so they are told apart.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ingestion.auth import bearer
from ingestion.contract import Extraction
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Budget, Clock, Session, Verdict
from ingestion.pages import PASSES, Declared, Paging, rows_of, sure, whole
from ingestion.wire import origin

API = "v26.0"
PAGE = 100
# App, user, page and account limits, then those of the business use cases (ads, insights, pages).
THROTTLED = {4, 17, 32, 613, *range(80000, 80015)}
UNKNOWN = {1, 2}
TOO_MUCH = 1487534
# From this share of an allowance on, each request waits: two seconds for each percent above.
BUSY, SECONDS_A_PERCENT, LONGEST = 75.0, 2.0, 60.0


def error_of(body: Any) -> Mapping[str, Any]:
    """Return the error object of an answer, an empty one where there is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def is_too_much(body: Any) -> bool:
    """Return whether the answer says that the range holds more than one request may ask for."""
    error = error_of(body)
    told = str(error.get("message") or "")
    return error.get("error_subcode") == TOO_MUCH or "reduce the amount of data" in told


def is_dead_metric(body: Any) -> bool:
    """Return whether the answer refuses a metric: unknown, given up, or not for this object."""
    error = error_of(body)
    return error.get("code") == 100 and "metric" in str(error.get("message") or "").lower()


def verdict(status: int, body: Any) -> Verdict:
    """Judge an answer of 400 and above: throttles come as 400, and so does a dead token."""
    if is_too_much(body):
        return "fail"
    error = error_of(body)
    passes = error.get("code") in THROTTLED | UNKNOWN or error.get("is_transient") is True
    return "retry" if passes or status == 429 or status >= 500 else "fail"


def remedy(right: str, status: int, body: Any) -> str:
    """Say what to do about a token that died, or where the `right` that is needed is missing."""
    code = error_of(body).get("code")
    if code in (102, 190):
        return "The token is dead: make a new one (a system user's does not expire) and set it."
    if code in (10, 200, 294):
        return f"A permission is missing: give the token {right}, then run again."
    return ""


def pace(headers: Mapping[str, str]) -> float:
    """Return the seconds to hold still that the usage headers of an answer ask for."""
    shares, waits = [0.0], [0.0]
    for name in ("X-App-Usage", "X-Ad-Account-Usage", "x-fb-ads-insights-throttle"):
        _note(_read(headers.get(name)), shares, waits)
    for uses in _read(headers.get("X-Business-Use-Case-Usage")).values():
        for use in uses if isinstance(uses, list) else ():
            _note(use if isinstance(use, Mapping) else {}, shares, waits)
    busy = max(shares)
    slow = min(LONGEST, (busy - BUSY) * SECONDS_A_PERCENT) if busy > BUSY else 0.0
    return max(slow, *waits)


def _read(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _note(usage: Mapping[str, Any], shares: list[float], waits: list[float]) -> None:
    for name, value in usage.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if name == "estimated_time_to_regain_access":
            waits.append(60.0 * value)
        elif name.endswith("_pct") or name in ("call_count", "total_cputime", "total_time"):
            shares.append(float(value))


def proof(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameter that proves the app's secret, nothing where none is configured."""
    secret = str(config.get("app_secret") or "")
    if not secret:
        return {}
    token = str(config["access_token"]).encode()
    return {"appsecret_proof": hmac.new(secret.encode(), token, hashlib.sha256).hexdigest()}


def session(config: Mapping[str, Any], clock: Clock, right: str) -> Session:
    """Return the session of one token, which goes in the header, never in an address."""
    token = str(config["access_token"])
    return Session(
        str(config["base_url"]),
        auth=bearer(token),
        budgets=(Budget(int(config["calls_per_10_seconds"]), 10.0),),
        verdict=verdict,
        remedy=partial(remedy, right),
        pace=pace,
        secrets=(token, str(config.get("app_secret") or ""), *proof(config).values()),
        clock=clock,
    )


def node(ctx: Extraction, id_: str, fields: str, where: str) -> dict[str, Any]:
    """Return an object; raises PageBroken where the answer is another thing."""
    body = ctx.http.get(f"/{API}/{id_}", {"fields": fields, **proof(ctx.config)})
    if not isinstance(body, Mapping) or str(body.get("id")) != id_:
        raise PageBroken(f"{where}: the answer is another thing. Nothing was lost: run again.")
    return dict(body)


def following(ctx: Extraction, body: Mapping[str, Any], where: str) -> str | None:
    """Return the cursor of the next page, None at the end, which is where `paging.next` is absent.

    The link itself is not followed, as it carries the token; raises PageBroken where it is another
    host's.
    """
    paging = body.get("paging") or {}
    link = paging.get("next")
    if not link:
        return None
    if origin(str(link)) != origin(str(ctx.config["base_url"])):
        raise PageBroken(f"{where}: the next page is said to be at {origin(str(link))}. Refused.")
    after = (paging.get("cursors") or {}).get("after")
    if not after:
        raise PageBroken(f"{where}: there is a next page and no cursor to it. Run again.")
    return str(after)


def _pages(
    ctx: Extraction, path: str, params: Mapping[str, str], paging: Paging
) -> Iterator[tuple[list[Any], Any]]:
    after: str | None = ""
    while after is not None:
        asked = {
            **params,
            "limit": PAGE,
            **proof(ctx.config),
            **({"after": after} if after else {}),
        }
        body = ctx.http.get(path, asked)
        records = rows_of(body, "data", paging.where)
        after = following(ctx, body, paging.where)
        paging.add(records, following=after)
        yield records, body


def edge(ctx: Extraction, path: str, params: Mapping[str, str], where: str) -> list[Any]:
    """Return the records of an edge, read until as many came as its summary declares."""

    def read(paging: Paging) -> Iterator[Declared]:
        for records, body in _pages(ctx, path, {**params, "summary": "total_count"}, paging):
            summary = body.get("summary") or {}
            if "total_count" not in summary:
                raise PageBroken(f"{where}: the page states no total_count. Run again.")
            yield records, int(summary["total_count"])

    return [record for records in whole(where, read) for record in records]


def edge_of(
    ctx: Extraction, path: str, params: Mapping[str, str], where: str, stated: int
) -> list[Any]:
    """Return the records of an edge without a summary, whose number its owner states.

    The owner may count what the edge does not show: then two readings that are alike are believed,
    but no empty one.
    """
    before: set[str] | None = None
    for _ in range(PASSES):
        paging = Paging(where)
        records = [each for page, _ in _pages(ctx, path, params, paging) for each in page]
        if len(paging.ids) == stated or (paging.ids == before and paging.ids):
            return records
        before = paging.ids
    raise PageBroken(f"{where}: {stated} are stated and {len(before or ())} came. Run again.")


@dataclass
class Metrics:
    """The metrics of one kind of object, asked for together until the vendor refuses one.

    Then each is asked for alone: a dead one is counted as drift and left out of what follows.
    """

    ctx: Extraction
    table: str
    alive: list[str]

    def read(self, id_: str, params: Mapping[str, Any], where: str) -> list[Any]:
        """Return the records of every living metric; raises LoadFailed where none is left."""
        try:
            return self._ask(self.alive, id_, params, where)
        except RequestFailed as error:
            if not is_dead_metric(error.body):
                raise
        found = []
        for name in tuple(self.alive):
            try:
                found += self._ask([name], id_, params, where)
            except RequestFailed as error:
                if not is_dead_metric(error.body):
                    raise
                self.alive.remove(name)
                self.ctx.count("metric_is_dead", self.table, column=name)
        if not self.alive:
            raise LoadFailed(f"{where}: the vendor knows none of the metrics any more. Report it.")
        return found

    def _ask(self, names: list[str], id_: str, params: Mapping[str, Any], where: str) -> list[Any]:
        asked = {**params, "metric": ",".join(names), **proof(self.ctx.config)}
        ask: Callable[[], Any] = partial(self.ctx.http.get, f"/{API}/{id_}/insights", asked)
        records = sure(ask, "data", where, len(names), "name")[0]
        if strangers := {str(each.get("name")) for each in records} - set(names):
            raise PageBroken(
                f"{where}: {sorted(strangers)[0][:50]!r} was not asked for. Run again."
            )
        return records
