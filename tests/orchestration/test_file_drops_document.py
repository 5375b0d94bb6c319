"""The worked example of docs/file_drops.md does what the page says."""

import re
import shlex

import duckdb
import pytest
import yaml

from ingestion.pipeline import load
from orchestration import accounts, home
from orchestration.cli import main
from orchestration.settings import PROJECT, Settings

PAGE = (PROJECT / "docs" / "file_drops.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture
def real(tmp_path, monkeypatch):
    """A real home with the file of the example in its inbox."""
    made = Settings(home=tmp_path / "home", kind="real")
    home.create(made)
    folder = made.home / "inbox" / "trade_fair"
    folder.mkdir(parents=True)
    (folder / "visitors.csv").write_text(blocks("csv")[0])
    monkeypatch.setenv("ENGINEROOM_HOME", str(made.home))
    monkeypatch.setenv("ENGINEROOM_KIND", "real")
    return made


def test_the_mapping_of_the_page_is_the_one_that_is_shipped():
    shipped = (PROJECT / "config" / "file_drops" / "trade_fair.yml").read_text()
    assert blocks("yaml")[0] == shipped


def test_the_check_says_what_the_page_says(real, capsys):
    check, run = blocks("bash")
    assert run.strip() == ".venv/bin/engineroom run"
    assert main(shlex.split(check)[1:]) == 1
    assert blocks("text")[0] in capsys.readouterr().out


def test_the_load_does_what_the_page_says(real):
    report = load(
        "file_drops",
        warehouse=real.warehouse,
        work=real.home / "work",
        pipelines=real.home / "dlt",
        config=accounts.real_config(real, "file_drops"),
        as_of=home.clock(real),
        run_id="r",
    )
    assert report.drift["contacts", "trade_fair/visitors.csv:Mood", "unmapped_column"] == 1
    with duckdb.connect(str(real.warehouse)) as connection:
        found = connection.execute(
            "select source, source_record_id, cast(created_at as varchar) "
            "from raw_file_drops.contacts order by 2"
        ).fetchall()
        waiting = connection.execute("select count(*) from quarantine.file_drops").fetchall()
    assert found == [
        ("trade_fair", "F-101", "2026-05-12 08:30:00"),
        ("trade_fair", "F-102", "2026-05-12 09:05:00"),
    ]
    assert waiting == [(1,)]


def test_the_settings_of_the_page_are_settings():
    block = yaml.safe_load(blocks("yaml")[1])
    assert block == {"file_drops": {"inbox": "s3://bucket/folder"}}


def test_every_ready_mapping_is_on_the_page_and_the_reverse():
    shipped = {path.stem for path in (PROJECT / "config" / "file_drops").glob("*.yml")}
    table = PAGE.split("## Ready mappings")[1].split("##")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    assert named == shipped
