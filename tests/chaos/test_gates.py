"""Each blocking rule broken on real rows: nothing is published, the old marts stay, one alert.

The judged table is spoiled after its own step, then the gate and the publish step of the one job
run on it, on Dagster's own instance. A rule of each gate is tried always, all in `make chaos`: that
each notices its fault, tests/quality says of all; that publish waits for every guarded table,
tests/orchestration/test_graph.py.
"""

from pathlib import Path
from typing import Any

import pytest
import whole_runs
from spoiled import GATES, Home

from orchestration import release, status, transform
from orchestration.settings import Settings
from quality.rules import Gate
from quality.suites import suites_of


def _blocking(gate: Gate) -> list[Any]:
    """The blocking rules of a gate, the first of them in the short form."""
    found = [
        (suite, rule)
        for suite in suites_of(gate, transform.systems(Settings(home=Path())))
        for rule in suite.rules
        if rule.severity == "blocking"
    ]
    return [
        pytest.param(
            *(suite, rule),
            id=f"{suite.name}-{rule.rule_id}",
            marks=pytest.mark.chaos if place else pytest.mark.slow,
        )
        for place, (suite, rule) in enumerate(found)
    ]


BLOCKING = [each for gate in GATES for each in _blocking(gate)]


@pytest.fixture(scope="module")
def whole(published_home, tmp_path_factory):
    return Home(whole_runs.copy_home(published_home, tmp_path_factory.mktemp("gates") / "home"))


@pytest.fixture
def house(whole, monkeypatch):
    # No dbt step runs here, and each run would parse the project anew for its own variables.
    monkeypatch.setattr(transform, "manifest", lambda *_: whole.parsed)
    yield whole
    whole.repair()


@pytest.mark.parametrize(("suite", "rule"), BLOCKING)
def test_a_broken_blocking_rule_serves_the_old_marts_and_tells_once(house, suite, rule):
    served, numbers, told = house.served, whole_runs.digests(house.settings.home), house.messages
    house.spoil(suite, rule)

    for _ in range(2):
        blocked = house.run(suite.gate)
        assert not blocked.success
        assert release.VERSION not in {
            event.asset_key for event in blocked.get_asset_materialization_events()
        }
    assert house.served == served
    assert whole_runs.digests(house.settings.home) == numbers
    opened = house.messages[len(told) :]
    name = f"check:{'.'.join(suite.table)}:{rule.rule_id}"
    assert [(each["incident"], each["state"]) for each in opened] == [(name, "open")]

    lines, is_well = status.report(house.settings)
    assert not is_well
    assert any(line.startswith("blocked ") and rule.rule_id in line for line in lines)

    house.repair()
    assert house.run(suite.gate).success
    over = house.messages[len(told) + 1 :]
    assert [(each["incident"], each["state"]) for each in over] == [(name, "resolved")]
    assert house.served != served
