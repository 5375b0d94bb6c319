"""The made-up company's vendors are found where they are declared, and each address is of one."""

import re

import pytest

from ingestion.sandbox import vendors
from ingestion.sandbox.announcements import INSTAGRAM, PAGE
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.vendors import VENDORS, vendor_of
from ingestion.sources import SOURCES

# Files that lie in a folder have no vendor to ask.
FILES = {"web_events", "file_drops"}


def test_every_source_that_asks_a_vendor_has_one_in_the_sandbox() -> None:
    assert {each.name for each in VENDORS} == set(SOURCES) - FILES


def test_an_address_that_two_vendors_claim_is_an_error_and_not_the_first_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = VENDORS[0]
    twin = Vendor("twin", re.compile("^/post"), first.view, first.changes)
    monkeypatch.setattr(vendors, "VENDORS", (*VENDORS, twin))
    with pytest.raises(ValueError, match="adaptlypost and twin"):
        vendor_of("/post/api/v1/social-posts")


@pytest.mark.parametrize(
    ("path", "vendor"),
    [
        ("/v1/customers/cus_1", "stripe"),
        ("/v26/customers/1234567890/googleAds:search", "google_ads"),
        ("/v26.0/act_1/insights", "meta_ads"),
        (f"/v26.0/{PAGE}/insights", "facebook_pages"),
        (f"/v26.0/{PAGE}_7/insights", "facebook_pages"),
        (f"/v26.0/{INSTAGRAM}/media", "instagram"),
        ("/rest/adAnalytics", "linkedin_ads"),
        ("/rest/organizationalEntityShareStatistics", "linkedin_pages"),
        ("/v2/reports", "youtube"),
        ("/api/1.0/tasks", "asana"),
        ("/api/events", "klaviyo"),
    ],
)
def test_addresses_that_begin_alike_are_told_apart(path: str, vendor: str) -> None:
    found = vendor_of(path)
    assert found is not None
    assert found.name == vendor


def test_an_address_of_nobody_is_nobodys() -> None:
    assert vendor_of("/nobody/knows") is None
