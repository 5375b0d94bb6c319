"""What a real home is connected to: what is named in the environment, whole or in part."""

from pathlib import Path

import pytest

from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from orchestration import accounts, summary
from orchestration.run import Outcome
from orchestration.settings import Settings


def settings(home: Path, **environment: str) -> Settings:
    return Settings(home=home, kind="real", environment=environment)


@pytest.mark.parametrize(
    ("environment", "connected"),
    [
        ({}, False),
        ({"ENGINEROOM_HUBSPOT_ACCESS_TOKEN": ""}, False),
        ({"ENGINEROOM_HUBSPOT_ACCESS_TOKEN": "t"}, True),
        ({"ENGINEROOM_MAILCHIMP_API_KEY": "k"}, False),
    ],
)
def test_a_source_is_connected_by_its_own_variables(
    tmp_path: Path, environment: dict[str, str], connected: bool
) -> None:
    assert accounts.is_connected(settings(tmp_path, **environment), "hubspot") is connected


def test_files_are_always_read(tmp_path: Path) -> None:
    assert accounts.is_connected(settings(tmp_path), "file_drops")


def test_half_a_configuration_is_meant_and_says_what_lacks(tmp_path: Path) -> None:
    half = settings(tmp_path, ENGINEROOM_GOOGLE_ADS_CLIENT_ID="c")
    assert accounts.is_connected(half, "google_ads")
    with pytest.raises(LoadFailed, match="ENGINEROOM_GOOGLE_ADS_CLIENT_SECRET"):
        accounts.real_config(half, "google_ads")


def test_the_summary_says_how_many_sources_are_not_connected(tmp_path: Path) -> None:
    connected = settings(tmp_path, ENGINEROOM_HUBSPOT_ACCESS_TOKEN="t")
    lacking = sum(bool(source.secrets) for source in SOURCES.values()) - 1
    told = summary.text(connected, Outcome("run"))
    assert f"{lacking} of {len(SOURCES)} sources are not connected: `engineroom sources" in told
