import json
from datetime import datetime, timedelta

import duckdb

from orchestration import alerts, home
from orchestration.alerts import Finding, Judged

AS_OF = datetime(2026, 7, 1, 6)
KEY = "source:hubspot"
DOWN = Judged([Finding(KEY, "hubspot could not be loaded: the vendor is down")], frozenset())
UP = Judged([], frozenset({KEY}))
ELSEWHERE = Judged([], frozenset({"source:mailchimp"}))


def _messages(settings):
    path = settings.home / "alerts" / "messages.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_an_incident_is_told_once_when_it_starts_and_once_when_it_is_over(settings):
    home.create(settings)
    for judged in (DOWN, DOWN, UP, UP):
        alerts.review(settings, judged, AS_OF, "run")
    told = [(each["incident"], each["state"]) for each in _messages(settings)]
    assert told == [("source:hubspot", "open"), ("source:hubspot", "resolved")]
    assert alerts.open_incidents(settings) == {}


def test_an_incident_that_comes_back_is_a_new_one(settings):
    home.create(settings)
    for judged in (DOWN, UP, DOWN):
        alerts.review(settings, judged, AS_OF, "run")
    assert [each["state"] for each in _messages(settings)] == ["open", "resolved", "open"]


def test_a_run_that_did_not_look_leaves_the_incident_open(settings):
    home.create(settings)
    for judged in (DOWN, ELSEWHERE):
        alerts.review(settings, judged, AS_OF, "run")
    assert [each["state"] for each in _messages(settings)] == ["open"]
    assert list(alerts.open_incidents(settings)) == [KEY]


def test_a_message_that_was_not_delivered_is_sent_again(settings, monkeypatch):
    home.create(settings)

    def full(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(alerts, "_to_file", full)
        assert alerts.review(settings, DOWN, AS_OF, "run") == []
    assert not alerts.open_incidents(settings)["source:hubspot"]["is_told"]
    assert len(alerts.review(settings, DOWN, AS_OF, "run")) == 1


def test_a_source_is_stale_when_its_last_good_load_is_too_old(settings):
    home.create(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema ingest")
        connection.execute("create table ingest.loads (source text, as_of timestamp, status text)")
        connection.executemany(
            "insert into ingest.loads values (?, ?, ?)",
            [
                ["hubspot", AS_OF - timedelta(hours=40), "succeeded"],
                ["hubspot", AS_OF, "failed"],
                ["mailchimp", AS_OF - timedelta(hours=36), "succeeded"],
            ],
        )
    stale, fresh = alerts.stale_sources(settings, AS_OF, timedelta(hours=36))
    assert [finding.key for finding in stale] == ["stale:hubspot"]
    assert fresh == {"stale:mailchimp"}
