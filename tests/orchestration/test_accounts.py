"""What a real home is connected to: what is named in the environment, whole or in part."""

from pathlib import Path

import pytest

from ingestion.errors import LoadFailed
from ingestion.sources import SOURCES
from orchestration import accounts, home, summary
from orchestration.run import Outcome
from orchestration.settings import Kind, Settings


def settings(folder: Path, **environment: str) -> Settings:
    return Settings(home=folder, kind="real", environment=environment)


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


@pytest.mark.parametrize(
    ("kind", "written", "inbox"),
    [
        ("real", {"inbox": "s3://bucket/drops"}, "s3://bucket/drops"),
        ("real", {"inbox": None}, "home/inbox"),
        ("sandbox", {"inbox": "s3://bucket/drops"}, "home/inbox"),
    ],
)
def test_a_store_is_the_inbox_of_a_real_home_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, written: dict, inbox: str
) -> None:
    made = Settings(home=tmp_path / "home", kind=kind)
    home.create(made)
    monkeypatch.setattr(accounts, "written", lambda *_: written)
    if kind == "real":
        told = accounts.real_config(made, "file_drops")
    else:
        told = accounts.sandbox_config(made, "file_drops", "http://127.0.0.1:1")
    assert told["inbox"].endswith(inbox)
    assert accounts.local_config(made, "file_drops")["inbox"].endswith(inbox)


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
