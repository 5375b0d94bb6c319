"""The Graph API's manners: its errors under 400, its usage headers, its lists.

Error codes and headers as Meta's pages on rate limiting and error handling name them.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.http import Verdict
from ingestion.pages import Declared, Paging, rows_of, whole
from ingestion.wire import origin

API = "v26.0"
PAGE = 200
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


def verdict(status: int, body: Any) -> Verdict:
    """Judge an answer of 400 and above: throttles come as 400, and so does a dead token."""
    if is_too_much(body):
        return "fail"
    error = error_of(body)
    passes = error.get("code") in THROTTLED | UNKNOWN or error.get("is_transient") is True
    return "retry" if passes or status == 429 or status >= 500 else "fail"


def remedy(status: int, body: Any) -> str:
    """Say what to do about a token that died or a permission that is missing."""
    code = error_of(body).get("code")
    if code in (102, 190):
        return "The token is dead: make a new one (a system user's does not expire) and set it."
    if code in (10, 200, 294):
        return (
            "A permission is missing: give the token `ads_read` and its user the ad account, "
            "then run again."
        )
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


def edge(ctx: Extraction, path: str, params: Mapping[str, Any], where: str) -> list[Any]:
    """Return the records of an edge, read until as many came as its summary declares."""

    def read(paging: Paging) -> Iterator[Declared]:
        after: str | None = ""
        while after is not None:
            asked = {**params, "limit": PAGE, "summary": "total_count", **proof(ctx.config)}
            body = ctx.http.get(path, {**asked, **({"after": after} if after else {})})
            records = rows_of(body, "data", where)
            after = following(ctx, body, where)
            paging.add(records, following=after)
            summary = body.get("summary") or {}
            if "total_count" not in summary:
                raise PageBroken(f"{where}: the page states no total_count. Run again.")
            yield records, int(summary["total_count"])

    return [record for records in whole(where, read) for record in records]
