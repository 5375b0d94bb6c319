"""Bad input of every kind: one clear message with its remedy, and nothing that was good is lost."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
import whole_runs
from loads import Loads

import ingestion.pipeline
from ingestion.http import Clock
from ingestion.sources import SOURCES
from orchestration import cli, home, sandbox_process, transform
from orchestration.settings import PROJECT, Settings

pytestmark = pytest.mark.slow
FOLDER = "inbox/hubspot_tables"
CONTACTS = (
    "id,property_email,property_firstname,property_lastname,property_company,property_jobtitle,"
    "property_hs_merged_object_ids,property_createdate,_fivetran_deleted"
)
GOOD = f"{CONTACTS}\n1,ada@corp.example,Ada,Byron,Corp,CEO,,2026-01-01 00:00:00,false\n"


@pytest.fixture(scope="module")
def whole(published_home, tmp_path_factory):
    loads = Loads(whole_runs.copy_home(published_home, tmp_path_factory.mktemp("bad") / "home"))
    sandbox, _ = sandbox_process.start(loads.settings, home.clock(loads.settings), keep=True)
    loads.sandbox = sandbox
    yield loads
    sandbox_process.stop(loads.settings)


@pytest.fixture
def loads(whole, monkeypatch):
    """Hand out the home; afterwards what it serves and what it holds must be what it was."""
    monkeypatch.setattr(transform, "manifest", lambda *_: whole.parsed)
    monkeypatch.setattr(ingestion.pipeline, "Clock", lambda: Clock(sleep=lambda _: None))
    served = (whole.settings.published / "current").resolve()
    numbers = whole_runs.digests(whole.settings.home)
    held = {source: whole.raw(source) for source in ("hubspot", "google_ads", "mailchimp")}
    yield whole
    sandbox_process.control(whole.sandbox, "DELETE", "faults")
    shutil.rmtree(whole.settings.home / FOLDER, ignore_errors=True)
    assert (whole.settings.published / "current").resolve() == served
    assert whole_runs.digests(whole.settings.home) == numbers
    assert {source: whole.raw(source) for source in held} == held


def test_wrong_credentials_ask_for_valid_ones_and_are_not_shown(loads, monkeypatch):
    wrong = replace(SOURCES["hubspot"], sandbox={"access_token": "pat-wrong-123"})
    monkeypatch.setitem(SOURCES, "hubspot", wrong)
    fine, told = loads.load("hubspot")
    assert not fine
    assert "the credentials were refused (401" in told
    assert "Set a valid token or key for this source, then run again" in told
    assert "pat-wrong-123" not in told


@pytest.mark.parametrize(
    ("fault", "cause", "remedy"),
    [
        ("server_error", "it answered 500", "run again when the vendor answers"),
        ("daily_limit", "the daily limit is used up", "run again tomorrow"),
        ("forbidden", "crm.objects.contacts.read", "Grant it to the token"),
        ("html", "HTML", "run again"),
        ("truncated_json", "JSON", "run again"),
        ("error_under_200", "backend unavailable", "run again"),
        ("null_page", "results", "run again"),
        ("redirect_elsewhere", "Credentials are never sent there", "check base_url"),
    ],
)
def test_a_vendor_down_or_a_broken_page_says_where_and_what_to_do(loads, fault, cause, remedy):
    wanted = {"name": fault, "vendor": "hubspot", "path": "/contacts", "times": 1_000_000}
    sandbox_process.control(loads.sandbox, "POST", "faults", wanted)
    fine, told = loads.load("hubspot")
    assert not fine
    assert "contacts" in told or "The vendor at http://127.0.0.1" in told
    assert cause in told
    assert remedy in told.replace("Run", "run")


def _drop(loads, name="contact_data.csv", content=GOOD):
    folder = loads.settings.home / FOLDER
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def test_a_link_out_of_the_inbox_is_never_followed(loads, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    path = _drop(loads)
    path.unlink()
    path.symlink_to(secret)
    fine, told = loads.load("file_drops")
    assert not fine
    assert "contact_data.csv is no plain file" in told
    assert "take it out of the inbox, then run again" in told


def test_a_pipe_in_the_inbox_is_refused_and_not_waited_for(loads):
    path = _drop(loads)
    path.unlink()
    os.mkfifo(path)
    fine, told = loads.load("file_drops")
    assert not fine
    assert "contact_data.csv is no plain file" in told


def test_a_column_and_a_file_that_no_mapping_names_are_reported_by_name(
    loads, tmp_path, monkeypatch
):
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "config", config)
    mapping = config / "file_drops" / "hubspot_tables.yml"
    mapping.write_text(mapping.read_text().replace('ignored: ["*"]', "ignored: []"))
    monkeypatch.setattr(Settings, "config", config)
    _drop(loads, content=GOOD.replace("\n", ",shoe_size\n", 1).replace("false\n", "false,44\n"))
    (loads.settings.home / FOLDER / "surprise.csv").write_text("id\n1\n")
    fine, told = loads.load("file_drops")
    assert fine, told
    seen = loads.drift("file_drops")
    assert any("unmapped_column" in each and "shoe_size" in each for each in seen)
    assert any("surprise.csv" in each for each in seen)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.replace(",", ";"), "the delimiter is wrong"),
        ("", "has no header line"),
        (GOOD.replace("property_email", "mail"), "has no column 'property_email'"),
        (GOOD.replace("property_jobtitle", "id", 1), "names the column 'id' twice"),
    ],
)
def test_a_file_that_does_not_fit_its_mapping_is_named_with_the_remedy(loads, content, told):
    _drop(loads, content=content)
    fine, said = loads.load("file_drops")
    assert not fine
    assert "contact_data.csv" in said
    assert told in said


def test_ragged_rows_and_bytes_of_another_encoding_wait_in_quarantine_and_the_rest_loads(loads):
    latin = "2,b@corp.example,José,Byron,Corp,CEO,,2026-01-01 00:00:00,false\n".encode("latin-1")
    ragged = b"3,c@corp.example,Cleo\n"
    before = loads.raw("file_drops")["contacts"][0]
    _drop(loads, content=GOOD.replace("\n1,", "\n11,").encode() + latin + ragged)
    fine, told = loads.load("file_drops")
    assert fine, told
    reasons = {reason for _, reason in loads.quarantined("file_drops")}
    assert len(reasons) == 2
    assert any("3 fields, not 9" in reason for reason in reasons)
    assert loads.raw("file_drops")["contacts"][0] == before + 1


FULL = """
import resource, sys
from pathlib import Path
from loads import Loads
loads = Loads(Path(sys.argv[1]))
most = loads.settings.warehouse.stat().st_size // 2
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print(*loads.load("hubspot"))
"""


def test_a_full_disk_says_where_to_free_space_and_the_next_load_catches_up(loads):
    tests = PROJECT / "tests"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(loads.settings.home)],
        cwd=PROJECT,
        env=whole_runs.environment(
            loads.settings.home, PYTHONPATH=f"{PROJECT}:{tests}:{tests / 'chaos'}"
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    told = f"False the disk of {loads.settings.home} is full: free some space"
    assert told in done.stdout, done.stdout + done.stderr[-2000:]
    assert loads.load("hubspot")[0]


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("alerts", lambda text: text.replace("stale_after_hours", "stale"), "stale"),
        ("alerts", lambda text: text + "\nsurprise: 1\n", "remove or correct the unknown key"),
        ("funnel", lambda text: text + "\n  - [", "is not readable YAML at line"),
        ("company", lambda _: "", "add the missing key"),
    ],
)
def test_a_wrong_rule_file_stops_the_run_before_it_starts(
    loads, tmp_path, monkeypatch, capsys, file, change, told
):
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "config", config)
    path = config / f"{file}.yml"
    path.write_text(change(path.read_text()))
    monkeypatch.setattr(Settings, "config", config)
    monkeypatch.setenv("ENGINEROOM_HOME", str(loads.settings.home))
    assert cli.main(["run"]) == 2
    said = capsys.readouterr().err
    assert f"config/{file}.yml" in said
    assert told in said
