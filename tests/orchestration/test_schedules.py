"""Schedules and sensors as Dagster's daemon evaluates them, and a backfill as a run gets it."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from ingestion.sources import SOURCES
from orchestration import home, house, schedules


@pytest.fixture
def dropped(settings):
    home.create(settings)
    return {sensor.name: sensor for sensor in schedules.sensors(settings)}


def _ticks(sensor, times, cursor=None):
    """Evaluate the sensor like the daemon, handing each tick the cursor of the one before."""
    for _ in range(times):
        data = sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor))
        cursor = data.cursor
        yield data


def test_an_empty_inbox_starts_nothing(dropped):
    for sensor in dropped.values():
        (tick,) = _ticks(sensor, 1)
        assert tick.run_requests == []
        assert tick.skip_message == "no file was dropped or changed"


def test_a_dropped_event_file_starts_one_load_of_its_source(dropped, settings):
    (settings.home / "inbox/web_events/2026-07-01.jsonl.gz").write_bytes(b"x")
    sensor = dropped["web_events_dropped"]
    first, second = _ticks(sensor, 2)
    assert len(first.run_requests) == 1
    assert sensor.job_name == "load_only_web_events"
    assert second.run_requests == []


def test_a_changed_file_starts_another_load_under_another_key(dropped, settings):
    file = settings.home / "inbox/web_events/day.jsonl.gz"
    file.write_bytes(b"x")
    sensor = dropped["web_events_dropped"]
    (first,) = _ticks(sensor, 1)
    file.write_bytes(b"longer")
    (second,) = _ticks(sensor, 1, cursor=first.cursor)
    keys = [tick.run_requests[0].run_key for tick in (first, second)]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("name", [".hidden.csv", "half.csv.part", "half.csv.tmp"])
def test_a_file_that_is_still_written_starts_nothing(dropped, settings, name):
    (settings.home / "inbox" / name).write_text("x")
    (tick,) = _ticks(dropped["file_drops_dropped"], 1)
    assert tick.run_requests == []


def test_an_event_file_is_no_business_of_the_other_drops(dropped, settings):
    (settings.home / "inbox/web_events/day.jsonl.gz").write_bytes(b"x")
    (tick,) = _ticks(dropped["file_drops_dropped"], 1)
    assert tick.run_requests == []


def test_every_source_and_the_whole_have_a_schedule_that_gives_a_run(settings):
    found = {schedule.name: schedule for schedule in schedules.schedules(settings)}
    assert set(found) == {"daily", "weekly_sweep", *(f"load_{name}" for name in SOURCES)}
    at = datetime(2026, 7, 5, 5, tzinfo=UTC)
    for schedule in found.values():
        context = dg.build_schedule_context(scheduled_execution_time=at)
        (request,) = schedule.evaluate_tick(context).run_requests
        full = request.run_config.get("resources", {}).get("house", {}).get("config", {})
        assert full == ({"full": True} if schedule.name == "weekly_sweep" else {})


def test_the_schedules_stand_apart_so_that_no_hour_starts_everything(settings):
    daily, weekly, *_ = schedules.schedules(settings)
    assert (daily.cron_schedule, weekly.cron_schedule) == ("0 5 * * *", "0 3 * * 0")
    assert {daily.execution_timezone, weekly.execution_timezone} == {"UTC"}


def test_a_backfill_reaches_the_steps_as_days(settings):
    home.create(settings)
    config = {"window_from": "2026-01-01", "window_to": "2026-01-31", "full": False}
    facts = house._facts(settings, "run", config, lambda _: None)
    assert facts.window == (date(2026, 1, 1), date(2026, 1, 31))
