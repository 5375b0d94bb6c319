"""A finished home whose judged tables are spoiled after their own step, and repaired again."""

import json
import re
import shutil

import dagster as dg
import duckdb
import whole_runs

from orchestration import (
    checks,
    definitions,
    home,
    judging,
    model_tests,
    release,
    schedules,
    transform,
)
from quality import hygiene

# Nobody drops files on the made-up company: one row of each judged table.
DROPPED = """
insert into raw_file_drops.contacts by name select
    'webinar' as source, '1' as source_record_id, 'a@corp.example' as email;
insert into raw_file_drops.deals by name select
    'webinar' as source, '1' as source_record_id, 'won' as stage_native, '1.00' as amount;
insert into raw_file_drops.email_events by name select
    'webinar' as source, '1' as event_id, 'sent' as event_type, '1' as campaign_id,
    'a@corp.example' as recipient, timestamp '2026-01-01' as occurred_at;
insert into raw_file_drops.ad_days by name select
    'webinar' as source, 'ad' as grain, '1' as account_id, '2' as campaign_id,
    '' as ad_group_id, '' as ad_id, date '2026-01-01' as reported_on, 'USD' as currency_code,
    10 as impressions, 1 as clicks, '1.00' as spend;
"""
GATES = ("raw", "staging", "conformed", "marts")


class Home:
    """The home, and the one job over it."""

    def __init__(self, home):
        self.settings = whole_runs.settings_of(home)
        self.parsed = transform.manifest(self.settings)
        self.job = (
            definitions.build(self.settings, self.parsed)
            .get_repository_def()
            .get_job(schedules.JOB)
        )
        self.suites = judging.suites(self.settings)
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            connection.execute(DROPPED)
        self.kept = {
            path: path.with_suffix(".kept")
            for path in (self.settings.warehouse, self.settings.marts)
        }
        for path, kept in self.kept.items():
            shutil.copyfile(path, kept)

    def spoil(self, suite, rule):
        database = self.settings.marts if suite.gate == "marts" else self.settings.warehouse
        with duckdb.connect(str(database)) as connection:
            _keep_rows(connection, *suite.table)
            as_of = home.clock(self.settings)
            for statement in faults(connection, suite, rule, as_of):
                connection.execute(statement)

    def spoil_a_batch(self, every):
        """Give every so-many-th contact of HubSpot a number of two digits."""
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            _keep_rows(connection, "staging", "stg_hubspot__contacts")
            connection.execute(
                "insert into hygiene.phones by name select distinct '12' as raw_value, context,"
                " 'too_short' as problem from hygiene.phones;"
                " update staging.stg_hubspot__contacts set phone = '12'"
                f" where phone is not null and rowid % {every} = 0"
            )

    def repair(self):
        for path, kept in self.kept.items():
            shutil.copyfile(kept, path)

    def run(self, gate):
        """Judge one gate and publish; return the result."""
        keys = {
            key
            for key in self.job.asset_layer.asset_graph.asset_check_keys
            if key in self.checks_of(gate)
        } | {dg.AssetCheckKey(release.VERSION, model_tests.HOLD)}
        chosen = self.job.get_subset(
            asset_selection={release.VERSION, release.DIGESTS}, asset_check_selection=keys
        )
        with whole_runs.instance_of(self.settings.home) as instance:
            return chosen.execute_in_process(instance=instance, raise_on_error=False)

    def checks_of(self, gate):
        return {
            dg.AssetCheckKey(rule.key, rule.rule_id)
            for rule in checks.catalogue(self.suites)
            if rule.gate == gate
        }

    def blocked_run(self, suite_name, rule_id):
        """Break one rule, run its gate, repair the tables, and return the id of that run."""
        suite, rule = next(
            (suite, rule)
            for suite in self.suites
            for rule in suite.rules
            if (suite.name, rule.rule_id) == (suite_name, rule_id)
        )
        self.spoil(suite, rule)
        held = self.run(suite.gate)
        self.repair()
        assert held.success
        return held.run_id

    @property
    def messages(self):
        path = self.settings.home / "alerts" / "messages.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def served(self):
        return (self.settings.published / "current").resolve()


def _keep_rows(connection, schema, table):
    """Put the rows of a view in its place, so that one of them can be spoiled."""
    view = connection.execute(
        "select 1 from duckdb_views() where schema_name = ? and view_name = ?", [schema, table]
    ).fetchone()
    if view:
        connection.execute(f'create table {schema}.rows as from {schema}."{table}"')
        connection.execute(f'drop view {schema}."{table}"')
        connection.execute(f'alter table {schema}.rows rename to "{table}"')


def faults(connection, suite, rule, as_of):
    """Return the statements that make one row of the suite's table break the rule."""
    schema, table = suite.relation
    physical = f'{schema}."{table}"'
    keys = ", ".join(f'"{name}"' for name in suite.key)
    one = connection.execute(
        f"select {keys} from ({hygiene.query(suite, as_of)}) order by all limit 1"
    ).fetchone()
    row = " and ".join(
        f"({suite.columns[name]}) = '{value}'" for name, value in zip(suite.key, one, strict=True)
    )
    if rule.kind == "unique_key":
        return [f"insert into {physical} from {physical} where {row}"]
    # What a rule judges may be a cast of the column.
    column = re.sub(r"^try_cast\((\w+) as .*$", r"\1", suite.columns[rule.column])
    match rule.kind:
        case "not_null":
            free = f"alter table {physical} alter column {column} drop not null"
            return [free, f"update {physical} set {column} = null where {row}"]
        case "between":
            return [f"update {physical} set {column} = {rule.options['least'] - 1} where {row}"]
        case "in_set":
            return [f"update {physical} set {column} = 'ghost' where {row}"]
    raise AssertionError(f"say here how to break a rule of kind {rule.kind}")
