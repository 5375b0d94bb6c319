"""A real run delivers its reports; a version that holds a group back does not."""

from datetime import datetime

import pytest
import report_deliveries
import whole_runs
from report_deliveries import Told
from spoiled import Home

from orchestration import home, transform

pytestmark = pytest.mark.slow

# The first run was on a Wednesday at six; reports are due from nine in New York.
EVENING, NEXT_MORNING, NEXT_EVENING = (
    datetime(2026, 7, 1, 20),
    datetime(2026, 7, 2, 6),
    datetime(2026, 7, 2, 20),
)
SPOILT = ("intermediate", "int_touchpoints__touchpoints")


@pytest.fixture(scope="module")
def finished(published_home, tmp_path_factory):
    return Home(whole_runs.copy_home(published_home, tmp_path_factory.mktemp("reports") / "home"))


def test_a_run_delivers_what_is_due_on_its_day(finished) -> None:
    told = report_deliveries.of_home(finished.settings.home, EVENING, finished.parsed)

    assert {report for report, _ in told} == {
        *("executive_headlines", "paid_media_costs", "email_engagement", "social_posts"),
        "data_quality",
    }
    assert set(told.values()) == {Told("on_time")}


def test_a_group_that_is_held_back_is_no_fresh_delivery_and_its_rule_is_to_blame(
    finished, monkeypatch
) -> None:
    monkeypatch.setattr(transform, "manifest", lambda *_: finished.parsed)
    home.remember_clock(finished.settings, NEXT_MORNING)
    suite, rule = next(
        (suite, rule)
        for suite in finished.suites
        for rule in suite.rules
        if suite.table == SPOILT and rule.severity == "blocking"
    )
    finished.spoil(suite, rule)
    assert finished.run(suite.gate).success
    finished.repair()

    told = report_deliveries.of_home(finished.settings.home, NEXT_EVENING, finished.parsed)

    first = {each for (_, due_at), each in told.items() if due_at.date() == EVENING.date()}
    assert first == {Told("on_time")}
    headlines = told["executive_headlines", datetime(2026, 7, 2, 13)]
    assert headlines[:3] == ("stale", "group_held_back", rule.rule_id)
    assert headlines.blame_path.startswith("marts.rpt_headlines < ")
    assert headlines.blame_path.endswith(f" < {'.'.join(SPOILT)} < {rule.rule_id}")
    # Nobody built the marts anew: what was not held back was not delivered either.
    quality = told["data_quality", datetime(2026, 7, 2, 13)]
    assert quality[:3] == ("missed", "run_not_started", "no run")
