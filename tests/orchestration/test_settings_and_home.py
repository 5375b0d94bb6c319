import json
from datetime import datetime

import pytest

from orchestration import disk, home
from orchestration.settings import Refused, from_environment


def test_an_empty_environment_gives_the_defaults():
    settings = from_environment({})
    assert (settings.scale, settings.seed, settings.as_of, settings.kind) == (1.0, 7, None, None)
    assert settings.home.name == "data"


def test_as_of_is_read_as_naive_utc():
    settings = from_environment({"AS_OF": "2026-03-01T02:00:00+02:00"})
    assert settings.as_of == datetime(2026, 3, 1)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AS_OF", "yesterday", "not an ISO instant"),
        ("AS_OF", "2024-12-31T23:59:59Z", "outside 2025-01-01..2026-12-31"),
        ("AS_OF", "2027-01-01T00:00:00Z", "outside 2025-01-01..2026-12-31"),
        ("SCALE", "0", "a number above 0"),
        ("SCALE", "much", "a number above 0"),
        ("SEED", "1.5", "a whole number"),
        ("ENGINEROOM_KIND", "test", "neither sandbox nor real"),
    ],
)
def test_a_wrong_variable_is_refused_by_its_name(name, value, told):
    with pytest.raises(Refused, match=name) as refused:
        from_environment({name: value})
    assert told in str(refused.value)


def test_a_new_home_is_private_and_of_the_sandbox_kind(settings):
    assert home.create(settings) == "sandbox"
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert json.loads((settings.home / "home.json").read_text())["kind"] == "sandbox"


def test_a_real_run_in_a_sandbox_home_is_refused(settings):
    home.create(settings)
    other = type(settings)(home=settings.home, project=settings.project, kind="real")
    with pytest.raises(Refused, match="never share a home"):
        home.create(other)


def test_a_warehouse_without_its_kind_is_refused(settings):
    settings.home.mkdir()
    settings.warehouse.touch()
    with pytest.raises(Refused, match=r"no home\.json"):
        home.kind_of(settings)


def test_the_clock_of_a_sandbox_home_never_runs_backwards(settings):
    home.create(settings)
    home.remember_clock(settings, datetime(2026, 7, 2))
    earlier = type(settings)(
        home=settings.home, project=settings.project, as_of=datetime(2026, 7, 1)
    )
    with pytest.raises(Refused, match="already seen"):
        home.clock(earlier)
    assert home.clock(settings) == datetime(2026, 7, 2)


def test_as_of_is_refused_in_a_real_home(settings):
    real = type(settings)(
        home=settings.home, project=settings.project, kind="real", as_of=datetime(2026, 7, 1)
    )
    home.create(real)
    with pytest.raises(Refused, match="sandbox homes only"):
        home.clock(real)


@pytest.mark.parametrize(
    ("told", "left", "is_full"),
    [
        ("IO Error: No space left on device", 1 << 40, True),
        ("(sqlite3.OperationalError) disk I/O error", 4096, True),
        ("(sqlite3.OperationalError) disk I/O error", 1 << 40, False),
    ],
)
def test_a_full_disk_is_known_by_its_words_or_by_what_is_left(
    settings, monkeypatch, told, left, is_full
):
    monkeypatch.setattr(disk, "free", lambda _: left)
    assert disk.is_full(settings, told) is is_full
    assert ("free some space" in disk.explained(settings, told)) is is_full
