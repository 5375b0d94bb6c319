"""The catalogue is what the sources declare, and every source says what a reader should know."""

import pytest

from ingestion import catalogue_pages
from ingestion.sources import SOURCES


def test_the_written_catalogue_is_what_the_sources_declare() -> None:
    written = {path.name: path.read_text("utf-8") for path in catalogue_pages.FOLDER.glob("*.md")}
    assert written == catalogue_pages.pages(), "run `make catalogue`"


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_what_it_reads_and_what_it_cannot_see(name: str) -> None:
    notes = SOURCES[name].notes
    assert notes is not None
    assert notes.blind
    for told in (notes.reads, notes.cursor, notes.lookback, notes.limits, *notes.blind):
        assert told.endswith(".")


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_with_a_vendor_names_its_version_its_rights_and_its_address(name: str) -> None:
    source = SOURCES[name]
    if source.session is None:
        assert source.api is None
        return
    assert source.api is not None
    assert source.api.stated_by
    assert source.notes is not None
    assert source.notes.scopes
    # An address of the customer's own has no default.
    assert str(source.defaults.get("base_url", "https://")).startswith("https://")


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_required_is_a_setting_or_a_secret(name: str) -> None:
    source = SOURCES[name]
    known = {each.key for each in source.settings} | set(source.secrets) | {"inbox", "mappings"}
    assert set(source.required) <= known
