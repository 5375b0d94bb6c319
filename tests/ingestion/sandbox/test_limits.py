"""A client that asks faster than its contract allows is told so, in the vendor's own words."""

import json

import pytest

from ingestion.config import sandbox_config
from ingestion.sandbox.http import Ask
from ingestion.sandbox.limits import HUBSPOT_CALLS, MAILCHIMP_CONNECTIONS, Limits
from ingestion.sources.hubspot import HUBSPOT

SEARCH = Ask("POST", "/crm/v3/objects/contacts/search", {}, {}, b"")
LIST = Ask("GET", "/crm/v3/objects/contacts", {}, {}, b"")


class Hands:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def policy(limits: Limits, ask: Ask) -> str | None:
    refused = limits.refuse(ask, "hubspot")
    if refused is None:
        return None
    assert refused.status == 429
    return json.loads(refused.body)["policyName"]


@pytest.mark.parametrize(
    ("ask", "allowed", "seconds", "told"),
    [(LIST, 100, 10.0, "TEN_SECONDLY_ROLLING"), (SEARCH, 5, 1.0, "SECONDLY")],
)
def test_hubspot_counts_calls_in_ten_seconds_and_searches_in_one(
    ask: Ask, allowed: int, seconds: float, told: str
) -> None:
    hands = Hands()
    limits = Limits(hands, hubspot_calls=100)
    assert [policy(limits, ask) for _ in range(allowed + 1)] == [None] * allowed + [told]
    hands.now = seconds - 0.01
    assert policy(limits, ask) == told
    hands.now = seconds
    assert policy(limits, ask) is None


def test_mailchimp_counts_connections_at_one_time() -> None:
    limits = Limits()
    limits.open["mailchimp"] = MAILCHIMP_CONNECTIONS
    assert limits.refuse(LIST, "mailchimp") is None
    limits.open["mailchimp"] += 1
    refused = limits.refuse(LIST, "mailchimp")
    assert refused is not None
    assert refused.status == 429


def test_our_reader_keeps_the_contract_of_the_made_up_company() -> None:
    config = sandbox_config(HUBSPOT, {}, "http://127.0.0.1:1")
    assert config["calls_per_10_seconds"] == HUBSPOT_CALLS
