"""Each blocking rule broken on real rows: nothing is published, the old marts stay, one alert.

The judged table is spoiled after its own step, then the gate and the publish step of the one job
run on it, on Dagster's own instance.
"""

import json
import shutil

import dagster as dg
import duckdb
import great_expectations.expectations as gxe
import pytest
import whole_runs

from orchestration import checks, definitions, release, schedules, transform
from quality.suites import suites_of

pytestmark = pytest.mark.slow
GATES = ("raw", "staging", "conformed", "marts")
BLOCKING = [
    pytest.param(suite, rule, id=f"{suite.name}-{rule.rule_id}")
    for gate in GATES
    for suite in suites_of(gate)
    for rule in suite.rules
    if rule.severity == "blocking"
]


class House:
    """A finished home that is spoiled and repaired, and the job over it."""

    def __init__(self, home):
        self.settings = whole_runs.settings_of(home)
        self.parsed = transform.manifest(self.settings)
        self.job = (
            definitions.build(self.settings, self.parsed)
            .get_repository_def()
            .get_job(schedules.JOB)
        )
        self.kept = {
            path: path.with_suffix(".kept")
            for path in (self.settings.warehouse, self.settings.marts)
        }
        for path, kept in self.kept.items():
            shutil.copyfile(path, kept)

    def spoil(self, suite, rule):
        database = self.settings.marts if suite.gate == "marts" else self.settings.warehouse
        with duckdb.connect(str(database)) as connection:
            for statement in faults(connection, suite, rule.expectation):
                connection.execute(statement)

    def repair(self):
        for path, kept in self.kept.items():
            shutil.copyfile(kept, path)

    def run(self, gate):
        """Judge one gate and publish; return the result."""
        keys = {
            key
            for key in self.job.asset_layer.asset_graph.asset_check_keys
            if key in self.checks_of(gate)
        }
        chosen = self.job.get_subset(
            asset_selection={release.VERSION, release.DIGESTS}, asset_check_selection=keys
        )
        with whole_runs.instance_of(self.settings.home) as instance:
            return chosen.execute_in_process(instance=instance, raise_on_error=False)

    def checks_of(self, gate):
        return {
            dg.AssetCheckKey(rule.key, rule.rule_id)
            for rule in checks.catalogue(self.settings)
            if rule.gate == gate
        }

    @property
    def messages(self):
        path = self.settings.home / "alerts" / "messages.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def served(self):
        return (self.settings.published / "current").resolve()


def faults(connection, suite, expectation):
    """Return the statements that make one row of the suite's table break the expectation."""
    schema, table = suite.table
    physical = f'raw_{schema}."{table}"' if suite.gate == "raw" else f'{schema}."{table}"'
    keys = ", ".join(suite.key)
    one = connection.execute(
        f"select {keys} from ({suite.query}) order by {keys} limit 1"
    ).fetchone()
    row = " and ".join(f"{name} = '{value}'" for name, value in zip(suite.key, one, strict=True))
    match expectation:
        case gxe.ExpectColumnValuesToBeUnique() | gxe.ExpectCompoundColumnsToBeUnique():
            return [f"insert into {physical} from {physical} where {row}"]
        case gxe.ExpectColumnValuesToNotBeNull(column=column):
            free = f"alter table {physical} alter column {column} drop not null"
            return [free, f"update {physical} set {column} = null where {row}"]
        case gxe.ExpectColumnValuesToBeBetween(column=column, min_value=least):
            return [f"update {physical} set {column} = {least - 1} where {row}"]
        case gxe.ExpectColumnValuesToBeInSet(column=column):
            return [f"update {physical} set {column} = 'ghost' where {row}"]
    raise AssertionError(f"say here how to break {type(expectation).__name__}")


@pytest.fixture(scope="module")
def whole(published_home, tmp_path_factory):
    return House(whole_runs.copy_home(published_home, tmp_path_factory.mktemp("gates") / "home"))


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

    house.repair()
    assert house.run(suite.gate).success
    over = house.messages[len(told) + 1 :]
    assert [(each["incident"], each["state"]) for each in over] == [(name, "resolved")]
    assert house.served != served
