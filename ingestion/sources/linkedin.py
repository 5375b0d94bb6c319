"""What every LinkedIn source speaks: the version, where tokens come from, and the session."""

from collections.abc import Mapping
from typing import Any

from ingestion.auth import app_or_token, secrets_of
from ingestion.http import Budget, Clock, Session, Verdict

VERSION = "202606"
# An access token lives 60 days, the refresh token that some apps are given a year.
TOKEN_URL = "https://www.linkedin.com/oauth/v2/accessToken"


def verdict(status: int, body: Any) -> Verdict:
    """Judge an answer of 400 and above: an application's limit of the day is no use to retry."""
    told = str(body.get("message") or "") if isinstance(body, Mapping) else ""
    if status == 429 and "DAY limit" in told:
        return "stop"
    return "retry" if status == 429 or status >= 500 else "fail"


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of an app or token; version and protocol go with every request."""
    spoken = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}
    return Session(
        str(config["base_url"]),
        auth=app_or_token(config, TOKEN_URL, spoken),
        budgets=(Budget(int(config.get("calls_per_10_seconds", 200)), 10.0),),
        verdict=verdict,
        secrets=secrets_of(config),
        clock=clock,
    )
