"""A client that asks faster than its contract allows is told so, in the vendor's own words."""

import json
from dataclasses import replace

import pytest
from vendor_schemas import SPECS

from ingestion.config import sandbox_config
from ingestion.sandbox.http import Answer, Ask
from ingestion.sandbox.limits import Limits
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.vendors import VENDORS
from ingestion.sandbox.views.asana import CALLS as ASANA_CALLS
from ingestion.sandbox.views.hubspot import CALLS
from ingestion.sandbox.views.klaviyo import RATES
from ingestion.sources.asana import ASANA
from ingestion.sources.hubspot import HUBSPOT

SEARCH = Ask("POST", "/crm/v3/objects/contacts/search", {}, {}, b"")
LIST = Ask("GET", "/crm/v3/objects/contacts", {}, {}, b"")
# An address of each vendor that states how often it may be asked, and the status of its refusal.
RATED = {
    "adaptlypost": ("/post/api/v1/social-posts", 429),
    "asana": ("/api/1.0/tasks", 429),
    "hubspot": (LIST.path, 429),
    "klaviyo": ("/api/events", 429),
    "stripe": ("/v1/invoices", 429),
    "youtube": ("/youtube/v3/videos", 403),
}


class Hands:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _vendor(name: str) -> Vendor:
    (found,) = (each for each in VENDORS if each.name == name)
    return found


def policy(refused: Answer | None) -> str | None:
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
    hands, hubspot = Hands(), _vendor("hubspot")
    fewer = [replace(each, calls=each.calls // 50) for each in hubspot.limits]
    limits = Limits([replace(hubspot, limits=tuple(fewer))], hands)
    said = [policy(limits.refuse(ask, "hubspot")) for _ in range(allowed + 1)]
    assert said == [None] * allowed + [told]
    hands.now = seconds - 0.01
    assert policy(limits.refuse(ask, "hubspot")) == told
    hands.now = seconds
    assert limits.refuse(ask, "hubspot") is None


def test_every_vendor_that_states_a_rate_is_tried_here() -> None:
    assert {each.name for each in VENDORS if each.limits} == set(RATED)


@pytest.mark.parametrize("name", sorted(RATED))
def test_one_call_too_many_is_refused_until_the_window_has_passed(name: str) -> None:
    path, status = RATED[name]
    hands, vendor = Hands(), _vendor(name)
    ask = Ask("GET", path, {}, {}, b"")
    limits = Limits(VENDORS, hands)
    tightest = min(
        (each for each in vendor.limits if each.paths in path), key=lambda each: each.seconds
    )
    assert all(limits.refuse(ask, name) is None for _ in range(tightest.calls))
    refused = limits.refuse(ask, name)
    assert refused is not None
    assert refused.status == status
    assert json.loads(refused.body)
    hands.now = tightest.seconds
    assert limits.refuse(ask, name) is None


def test_each_list_of_a_batch_counts_for_a_call() -> None:
    asana = _vendor("asana")
    [limit] = asana.limits
    limits = Limits([replace(asana, limits=(replace(limit, calls=12),))], Hands())
    body = json.dumps({"data": {"actions": [{}] * 10}}).encode()
    batch, one = (
        Ask("POST", "/api/1.0/batch", {}, {}, body),
        Ask("GET", "/api/1.0/tasks", {}, {}, b""),
    )
    said = [limits.refuse(ask, "asana") is None for ask in (batch, batch, one, one, one)]
    assert said == [True, False, True, True, False]
    assert limit.refused.headers["retry-after"] == "60"


@pytest.mark.parametrize(("name", "status"), [("mailchimp", 429), ("ga4", 429)])
def test_connections_are_counted_at_one_time(name: str, status: int) -> None:
    limits, at_once = Limits(VENDORS), _vendor(name).at_once
    assert at_once is not None
    limits.open[name] = at_once[0]
    assert limits.refuse(LIST, name) is None
    limits.open[name] += 1
    refused = limits.refuse(LIST, name)
    assert refused is not None
    assert refused.status == status


def test_our_readers_keep_the_contracts_of_the_made_up_company() -> None:
    config = sandbox_config(HUBSPOT, {}, "http://127.0.0.1:1")
    assert config["calls_per_10_seconds"] == CALLS
    # The lists of Asana's batches are counted apart, as many again.
    config = sandbox_config(ASANA, {}, "http://127.0.0.1:1")
    assert config["calls_per_10_seconds"] * 2 * 6 == ASANA_CALLS
    assert ASANA.defaults["calls_per_10_seconds"] * 2 * 6 <= 1_500


@pytest.mark.skipif(not SPECS.exists(), reason="the vendor's specifications are not here")
@pytest.mark.parametrize("name", sorted(RATES))
def test_klaviyos_rates_are_those_of_its_specification(name: str) -> None:
    found = [
        operation["x-klaviyo-ratelimit"]
        for file in SPECS.glob("*.json")
        for path, methods in json.loads(file.read_text("utf-8"))["paths"].items()
        if path == f"/api/{name}"
        for method, operation in methods.items()
        if method == ("post" if name.endswith("reports") else "get")
    ]
    assert [(each["burst"], each["steady"]) for each in found] == [
        (f"{RATES[name][0]}/s", f"{RATES[name][1]}/m")
    ]
