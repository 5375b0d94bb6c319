"""A real home and the sandbox never mix, and what is missing is named."""

from pathlib import Path

import pytest

from ingestion.config import read_settings, real_config, sandbox_config
from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES

HUBSPOT = SOURCES["hubspot"]
VENDOR = {"base_url": "https://api.hubapi.com"}
VARIABLE = "ENGINEROOM_HUBSPOT_ACCESS_TOKEN"


def test_a_missing_secret_is_named_by_its_variable() -> None:
    with pytest.raises(LoadFailed, match=VARIABLE):
        real_config(HUBSPOT, VENDOR, {})


def test_a_real_home_takes_its_secret_from_the_environment() -> None:
    config = real_config(HUBSPOT, VENDOR, {VARIABLE: "pat-1"})
    assert config == {**HUBSPOT.defaults, **VENDOR, "access_token": "pat-1"}


APP = {
    "ENGINEROOM_HUBSPOT_CLIENT_ID": "id",
    "ENGINEROOM_HUBSPOT_CLIENT_SECRET": "secret",
    "ENGINEROOM_HUBSPOT_REFRESH_TOKEN": "refresh",
}


@pytest.mark.parametrize("name", ["hubspot", "linkedin_pages", "youtube"])
def test_an_app_stands_in_for_a_token(name: str) -> None:
    given = {variable.replace("HUBSPOT", name.upper()): value for variable, value in APP.items()}
    settings = {"base_url": "https://api.vendor.example", "organization": "urn:li:organization:1"}
    settings |= {"channel_id": "UC1"}
    assert real_config(SOURCES[name], settings, given)["refresh_token"] == "refresh"


@pytest.mark.parametrize("variable", APP)
def test_half_an_app_says_what_it_lacks_even_beside_a_token(variable: str) -> None:
    given = {VARIABLE: "pat-1", **APP}
    del given[variable]
    with pytest.raises(LoadFailed, match=f"environment variable {variable}[.]$"):
        real_config(HUBSPOT, VENDOR, given)


def test_the_sandbox_credential_is_refused_in_a_real_home() -> None:
    with pytest.raises(LoadFailed, match="sandbox's credentials"):
        real_config(HUBSPOT, VENDOR, {VARIABLE: "sandbox-hubspot-token"})


def test_a_real_home_does_not_read_from_this_machine() -> None:
    with pytest.raises(LoadFailed, match="points at this machine"):
        real_config(HUBSPOT, {"base_url": "http://127.0.0.1:1"}, {VARIABLE: "pat-1"})


def test_a_sandbox_home_reads_from_this_machine_only() -> None:
    with pytest.raises(LoadFailed, match="must be on this machine"):
        sandbox_config(HUBSPOT, VENDOR, "https://api.hubapi.com")
    told = sandbox_config(HUBSPOT, VENDOR, "http://127.0.0.1:1")
    assert told["access_token"] == "sandbox-hubspot-token"


@pytest.mark.parametrize("name", ["web_events", "file_drops"])
def test_sources_of_files_need_no_credentials(name: str) -> None:
    assert real_config(SOURCES[name], {}, {}) == {}


def test_broken_settings_say_so(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text("hubspot: [")
    with pytest.raises(LoadFailed, match="no valid yml"):
        read_settings(tmp_path)
