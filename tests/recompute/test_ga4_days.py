"""What GA4 counted by day against its own parts, and against the events that we saw ourselves."""

from pathlib import Path

import pytest
from plain import AS_OF, Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def by_day(home: Home, model: str, measure: str) -> dict:
    rows = home.raw(f"select reported_on, sum({measure}) from staging.{model} group by 1")
    return dict(rows)


@pytest.mark.parametrize("model", ["stg_ga4__channel_days", "stg_ga4__landing_page_days"])
@pytest.mark.parametrize("measure", ["sessions", "key_events"])
def test_parts_hold_the_day_where_nothing_was_withheld_and_less_where_it_was(
    home: Home, model: str, measure: str
) -> None:
    total = by_day(home, "stg_ga4__day_totals", measure)
    parts = by_day(home, model, measure)
    withheld = dict(
        home.raw(
            "select reported_on, is_thresholded from staging.stg_ga4__report_days "
            "where report_name = ?",
            model.removeprefix("stg_ga4__"),
        )
    )

    assert len(total) > 300
    assert all(parts.get(day, 0) == counted for day, counted in total.items() if not withheld[day])
    assert all(parts.get(day, 0) <= counted for day, counted in total.items())
    assert sum(parts.values()) < sum(total.values())
    assert {day for day, is_short in withheld.items() if not is_short} >= {
        day for day in total if day.isoformat() >= "2026-02-01"
    }


def test_key_events_by_name_are_those_of_the_day_where_nothing_was_withheld(home: Home) -> None:
    total = by_day(home, "stg_ga4__day_totals", "key_events")
    named = by_day(home, "stg_ga4__key_event_days", "key_events")
    late = {day: count for day, count in total.items() if count and day.isoformat() > "2026-02-01"}
    assert late
    assert {day: named[day] for day in late} == late


def test_google_sees_fewer_sessions_than_agreed_and_none_that_did_not_happen(home: Home) -> None:
    """By the property's own day: consent given, less the one in twelve who block the tag."""
    seen = by_day(home, "stg_ga4__day_totals", "sessions")
    happened = dict(
        home.raw(
            "select cast(timezone('America/New_York', timezone('UTC', occurred_at)) as date), "
            "count(distinct message_id) from raw_web_events.events "
            "where type = 'page' and message_id like '%-0' and consent_analytics group by 1"
        )
    )
    settled = {day for day in happened if (AS_OF.date() - day).days > 3}
    assert all(seen.get(day, 0) <= happened[day] for day in settled)
    share = sum(seen.get(day, 0) for day in settled) / sum(happened[day] for day in settled)
    assert 0.88 < share < 0.96
    assert set(seen) <= set(happened)
