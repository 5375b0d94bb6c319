"""`engineroom sources`: `check` asks the vendor or the folder, `template` says what to set."""

import json
from dataclasses import replace

import pytest
import yaml
from jsonschema import Draft202012Validator

from ingestion.catalogue import Notes
from ingestion.errors import LoadFailed
from ingestion.http import Clock
from ingestion.sources import SOURCES
from ingestion.sources.hubspot import HUBSPOT
from orchestration import home, source_commands
from orchestration.cli import main
from orchestration.settings import PROJECT, Settings

OWNERS = {"results": [{"id": "1", "email": "a@corp.example"}]}
TOKEN = "pat-secret"
SCHEMA = Draft202012Validator(
    json.loads((PROJECT / "config" / "schema" / "sources.schema.json").read_text())
)


@pytest.fixture
def real(tmp_path):
    """A real home that is connected to nothing."""
    made = Settings(home=tmp_path / "home", kind="real")
    home.create(made)
    return made


@pytest.fixture
def asked(real, monkeypatch):
    """A home connected to HubSpot, and a way to script what the vendor answers."""
    calls = []

    def script(status, body, **changed):
        class Wire:
            status_code, is_redirect, headers = status, False, {}
            content = json.dumps(body).encode()
            text = json.dumps(body)
            reason = ""

            def json(self):
                return body

        def session(config, clock):
            made = HUBSPOT.session(config, Clock(clock.now, lambda _: None))
            made._wire.request = lambda method, url, **told: calls.append((url, told)) or Wire()
            return made

        monkeypatch.setitem(
            SOURCES, "hubspot", replace(HUBSPOT, session=session, **{"asks": {}, **changed})
        )
        environment = {"ENGINEROOM_HUBSPOT_ACCESS_TOKEN": TOKEN}
        return source_commands.check(replace(real, environment=environment), "hubspot")

    script.calls = calls
    return script


def test_a_source_that_answers_is_asked_for_its_first_page_with_its_own_credentials(asked):
    lines, is_well = asked(200, OWNERS)
    assert is_well
    assert lines[-1] == "ok      answers: 1 rows on its first page (owners)"
    # A list that states no total is believed when it comes twice alike.
    assert len(asked.calls) == 2
    for url, told in asked.calls:
        assert url.startswith("https://api.hubapi.com/crm/owners/2026-03")
        assert told["headers"]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {"message": f"{TOKEN} expired"}, "the credentials were refused"),
        (403, {"message": "no"}, "Grant it to the token"),
        (503, {}, "it answered 503"),
        (200, {"status": "error", "message": "no"}, "an error came under status 200"),
    ],
)
def test_a_refusal_is_told_with_its_remedy_and_without_the_secret(asked, status, body, told):
    lines, is_well = asked(status, body)
    assert not is_well
    assert lines[-1].startswith("WRONG   ")
    assert told in lines[-1]
    assert TOKEN not in "".join(lines)


def test_each_right_is_asked_for_apart_and_a_missing_one_is_named(asked, monkeypatch):
    def refused(ctx):
        raise LoadFailed("permission is missing (403): crm.objects.deals.read")

    scopes = (("contacts.read", "people"), ("deals.read", "money"))
    notes = Notes("All.", "None.", "None.", "None.", scopes)
    asks = {"contacts.read": lambda ctx: None, "deals.read": refused}
    lines, is_well = asked(200, OWNERS, notes=notes, asks=asks)
    assert not is_well
    assert lines[1] == "ok      contacts.read: people"
    assert lines[2].startswith("WRONG   deals.read, for money: permission is missing (403)")
    assert lines[-1].startswith("ok      answers")


def test_a_right_that_the_settings_leave_out_is_not_called_granted(asked):
    notes = Notes("All.", "None.", "None.", "None.", (("crm.lists.read", "lists"),))
    asks = {"crm.lists.read": lambda ctx: HUBSPOT.asks["crm.lists.read"](_without_lists(ctx))}
    lines, is_well = asked(200, OWNERS, notes=notes, asks=asks)
    assert is_well
    assert lines[1] == "skipped crm.lists.read: lists; your settings leave it out"


def _without_lists(ctx):
    return replace(ctx, config={**ctx.config, "skip": "forms, lists"})


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_asked_for_a_right_is_a_right_of_the_notes(name):
    notes = SOURCES[name].notes
    assert set(SOURCES[name].asks) <= {right for right, _ in notes.scopes} if notes else True


def test_a_source_without_credentials_names_the_variable(real):
    lines, is_well = source_commands.check(real, "hubspot")
    assert not is_well
    assert "set the environment variable ENGINEROOM_HUBSPOT_ACCESS_TOKEN" in lines[-1]


def test_a_sandbox_that_is_not_running_is_said_to_be_that(settings, capsys, monkeypatch):
    made = Settings(home=settings.home)
    home.create(made)
    lines, is_well = source_commands.check(made, "mailchimp")
    assert not is_well
    assert "not running, so nobody was asked" in lines[-1]
    assert "`engineroom sandbox start`" in lines[-1]
    monkeypatch.setenv("ENGINEROOM_HOME", str(made.home))
    assert main(["sources", "check", "mailchimp"]) == 1


def test_the_folder_is_looked_into(real):
    lines, is_well = source_commands.check(real, "file_drops")
    assert is_well
    assert lines[-1].startswith("ok      nothing to read in ")

    folder = real.home / "inbox" / "contact_list"
    folder.mkdir()
    header = (
        "webinar_id,email,first_name,last_name,company,job_title,country,registered_at,joined_at"
    )
    row = "w1,a@corp.example,A,B,C,D,DE,2026-01-01 10:00:00,2026-01-01 10:00:00"
    (folder / "webinar_attendance.csv").write_text(f"{header}\n{row}\n")
    lines, is_well = source_commands.check(real, "file_drops")
    assert is_well
    assert lines[-1] == "ok      contact_list/webinar_attendance.csv: 1 row fits contacts"

    (folder / "webinar_attendance_2.csv").write_text(f"{header},mood\n{row},fine\n{row},x,y\n")
    lines, is_well = source_commands.check(real, "file_drops")
    assert not is_well
    assert [line[:48] for line in lines[1:]] == [
        "ok      contact_list/webinar_attendance.csv: 1 row fits contacts"[:48],
        "WRONG   contact_list/webinar_attendance_2.csv: 1 row fits contacts"[:48],
    ]
    assert "1 does not; the first: webinar_attendance_2.csv: line 3 has 11" in lines[-1]
    assert lines[-1].endswith("No place for: mood")
    (folder / "webinar_attendance_2.csv").unlink()

    (real.home / "inbox" / "unknown").mkdir()
    (folder / "webinar_attendance.csv").unlink()
    lines, is_well = source_commands.check(real, "file_drops")
    assert not is_well
    assert "Write config/file_drops/unknown.yml" in lines[-1]


def test_lines_that_hold_no_event_are_told(real):
    folder = real.home / "inbox" / "web_events"
    (folder / "day.jsonl").write_text("nonsense\n")
    lines, is_well = source_commands.check(real, "web_events")
    assert not is_well
    assert lines[-1].startswith(
        "WRONG   1 rows before that do not fit; the first: day.jsonl line 1"
    )


def test_a_page_that_is_something_else_is_told_and_no_traceback(real, monkeypatch):
    def odd(ctx):
        yield {}["absent"]

    monkeypatch.setitem(SOURCES, "web_events", replace(SOURCES["web_events"], extract=odd))
    lines, is_well = source_commands.check(real, "web_events")
    assert not is_well
    assert "the first page is not what the source expects (KeyError)" in lines[-1]


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_is_valid_settings_and_states_no_secret(name):
    block = yaml.safe_load("\n".join(source_commands.template(name)))
    assert set(block) == {name}
    SCHEMA.validate(block)
    assert not set(block[name] or {}) & set(SOURCES[name].secrets)


def test_a_template_says_that_an_app_may_stand_in_for_a_token():
    said = source_commands.template("youtube")[-1]
    assert said == (
        "# in the environment: ENGINEROOM_YOUTUBE_ACCESS_TOKEN, or all of "
        "ENGINEROOM_YOUTUBE_CLIENT_ID, ENGINEROOM_YOUTUBE_CLIENT_SECRET, "
        "ENGINEROOM_YOUTUBE_REFRESH_TOKEN"
    )


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_names_every_secret_once(name):
    said = "\n".join(source_commands.template(name)).replace(",", "\n").split()
    for secret in SOURCES[name].secrets:
        assert said.count(f"ENGINEROOM_{name.upper()}_{secret.upper()}") == 1


def test_every_default_of_a_template_is_of_the_settings_schema():
    SCHEMA.validate({source.name: source.defaults for source in SOURCES.values()})
