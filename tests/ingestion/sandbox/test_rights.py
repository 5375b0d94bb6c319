"""Each right that a source says it needs is asked for, and one that is missing is told in words."""

import pytest
from live_sandbox import AS_OF, Live

from ingestion import probe
from ingestion.config import sandbox_config
from ingestion.http import Clock
from ingestion.sources import SOURCES

NAMES = [name for name, source in SOURCES.items() if source.session]


def _rights(sandbox: Live, name: str) -> list[probe.Right]:
    config = sandbox_config(SOURCES[name], {}, sandbox.base)
    # The clock of a home has no zone.
    as_of = AS_OF.replace(tzinfo=None)
    return probe.rights(SOURCES[name], config, as_of, Clock(sleep=lambda _: None))


@pytest.mark.parametrize("name", NAMES)
def test_every_right_is_granted_by_the_vendor_that_grants_all(sandbox: Live, name: str) -> None:
    found = {right.name: right.missing for right in _rights(sandbox, name)}
    assert found == dict.fromkeys(SOURCES[name].asks, "")


# No request of a load is refused for want of these alone.
NOT_APART = {"pages_show_list", "pages_read_engagement"}


@pytest.mark.parametrize("name", NAMES)
def test_each_of_several_rights_is_asked_for_apart(name: str) -> None:
    source = SOURCES[name]
    scopes = {right for right, _ in source.notes.scopes} if source.notes else set()
    assert len(scopes) < 2 or scopes - source.asks.keys() <= NOT_APART
    assert source.asks.keys() <= scopes


@pytest.mark.parametrize("name", NAMES)
def test_a_right_that_the_vendor_refuses_is_told(sandbox: Live, name: str) -> None:
    sandbox.control("POST", "faults", {"name": "forbidden", "vendor": name, "times": 99})
    found = _rights(sandbox, name)
    assert all("permission is missing (403)" in right.missing for right in found)
