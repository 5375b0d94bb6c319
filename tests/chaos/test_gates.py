"""Each blocking rule broken on real rows: what reads them is held back, the rest is published.

The judged table is spoiled after its own step, then the gate and the publish step of the one job
run on it, on Dagster's own instance. A rule of each gate is tried always, all in `make chaos`: that
each notices its fault, tests/quality says of all; that publish waits for every guarded table,
tests/orchestration/test_graph.py.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import whole_runs
from spoiled import GATES, Home

from orchestration import groups, held, judging, status, transform
from orchestration.settings import Settings
from quality.rules import Gate


def _blocking(gate: Gate) -> list[Any]:
    """The blocking rules of a gate, the first of them in the short form."""
    found = [
        (suite, rule)
        for suite in judging.suites(Settings(home=Path()))
        for rule in suite.rules
        if suite.gate == gate and rule.severity == "blocking"
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
def test_a_broken_rule_holds_its_groups_back_publishes_the_others_and_tells_once(
    house, suite, rule
):
    served, numbers, told = house.served, whole_runs.digests(house.settings.home), house.messages
    before = ages(house)
    wanted = groups.reading(house.parsed, suite.table) - set(groups.NEVER_HELD)
    house.spoil(suite, rule)

    for _ in range(2):
        assert house.run(suite.gate).success
        now = ages(house)
        assert {name for name, age in now.items() if age[1]} == wanted
        assert {name: now[name][0] for name in wanted} == {name: before[name][0] for name in wanted}
        assert whole_runs.digests(house.settings.home) == numbers
    assert house.served != served
    opened = house.messages[len(told) :]
    name = f"check:{'.'.join(suite.table)}:{rule.rule_id}"
    assert [(each["incident"], each["state"]) for each in opened] == [(name, "open")]

    lines, is_well = status.report(house.settings)
    assert not is_well
    assert any(line.startswith("blocked ") and rule.rule_id in line for line in lines)
    assert any(line.startswith("held back ") and rule.rule_id in line for line in lines)

    house.repair()
    assert house.run(suite.gate).success
    over = house.messages[len(told) + 1 :]
    assert [(each["incident"], each["state"]) for each in over] == [(name, "resolved")]
    assert not any(is_held for _, is_held in ages(house).values())


def ages(house):
    """As-of and whether it is held back, of each group in the served version."""
    with duckdb.connect(str(house.served / "engineroom.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            f"select mart_group, as_of, is_held_back from marts.{held.FRESHNESS}"
        ).fetchall()
    return {name: (as_of, is_held) for name, as_of, is_held in rows}
