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

from orchestration import groups, held, home, judging, model_tests, status, transform
from orchestration.house import House
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


@pytest.mark.slow
def test_a_bad_batch_holds_back_what_reads_it_and_a_few_bad_rows_are_told(house):
    before, numbers = ages(house), whole_runs.digests(house.settings.home)
    table = ("staging", "stg_hubspot__contacts")
    reading = groups.reading(house.parsed, table) - set(groups.NEVER_HELD)
    assert reading < {name for name in before if name not in groups.NEVER_HELD}
    for every, wanted in ((15, set()), (3, reading)):
        house.spoil_a_batch(every)
        assert house.run("staging").success
        now = ages(house)
        assert {name for name, age in now.items() if age[1]} == wanted
        assert {name: now[name][0] for name in wanted} == {name: before[name][0] for name in wanted}
        assert whole_runs.digests(house.settings.home) == numbers
        with duckdb.connect(str(house.settings.warehouse), read_only=True) as connection:
            told = connection.execute(
                "select reason, count(*) > 10 from quality.issues"
                " where rule_id = 'contact_phone_can_be_dialled' and resolved_at is null"
                " and reason = 'too short' group by reason"
            ).fetchall()
        assert told == [("too short", True)]
        house.repair()


@pytest.mark.slow
def test_a_broken_test_of_a_model_holds_back_what_reads_it_and_is_told_once(house):
    told = len(house.messages)
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        connection.execute(
            "insert into changes.broken_tests values"
            " ('not_null_spend', 'intermediate', 'int_ads__spend_days')"
        )
    clock = home.clock(house.settings)
    model_tests.keep(House(house.settings, "sandbox", clock, "a-run"), "conformed")
    wanted = groups.reading(house.parsed, ("intermediate", "int_ads__spend_days"))
    assert house.run("conformed").success
    assert {name for name, age in ages(house).items() if age[1]} == wanted - set(groups.NEVER_HELD)
    [opened] = house.messages[told:]
    assert opened["incident"] == "check:published.version:model_tests_hold"
    assert "not_null_spend" in opened["message"]
    house.repair()
    assert house.run("conformed").success
    assert [each["state"] for each in house.messages[told:]] == ["open", "resolved"]
    assert not any(is_held for _, is_held in ages(house).values())


def ages(house):
    """As-of and whether it is held back, of each group in the served version."""
    with duckdb.connect(str(house.served / "engineroom.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            f"select mart_group, as_of, is_held_back from marts.{held.FRESHNESS}"
        ).fetchall()
    return {name: (as_of, is_held) for name, as_of, is_held in rows}
