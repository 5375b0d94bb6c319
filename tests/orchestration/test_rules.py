import json
import re
import shutil

import duckdb
import pytest

from orchestration import rules
from orchestration.settings import PROJECT, Refused


def test_lists_and_blocks_become_tables_with_the_types_of_the_schema(stage_rules, tmp_path):
    loaded = rules.load(stage_rules, tmp_path / "w.duckdb")
    # Of the alerts only what models need: hosts and recipients stay out of the warehouse.
    assert loaded == {"freshness": 1, "stages": 2, "company": 1}
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        columns = connection.execute("describe config.stages").fetchall()
        assert [column[1] for column in columns] == ["VARCHAR", "BIGINT", "DATE"]
        assert connection.execute("from config.company").fetchall() == [("USD",)]


def test_an_empty_list_is_an_empty_table(stage_rules, tmp_path):
    (stage_rules / "funnel.yml").write_text("stages: []\n")
    assert rules.load(stage_rules, tmp_path / "w.duckdb")["stages"] == 0


def test_a_file_that_must_say_nothing_may_be_absent(stage_rules, tmp_path):
    schema = json.loads((stage_rules / "schema" / "funnel.schema.json").read_text())
    (stage_rules / "funnel.yml").unlink()
    with pytest.raises(Refused, match=r"funnel\.yml is missing"):
        rules.read(stage_rules, "funnel")

    del schema["required"]
    (stage_rules / "schema" / "funnel.schema.json").write_text(json.dumps(schema))

    assert rules.read(stage_rules, "funnel") == {}
    assert rules.load(stage_rules, tmp_path / "w.duckdb")["stages"] == 0


def test_costs_and_margin_need_not_be_told(tmp_path):
    """A home without config/finance.yml computes no CAC, and runs."""
    config = shutil.copytree(PROJECT / "config", tmp_path / "config")
    (config / "finance.yml").unlink()

    loaded = rules.load(config, tmp_path / "w.duckdb")

    assert loaded["finance_months"] == 0
    assert loaded["finance_settings"] == 1


def test_a_second_load_replaces_the_first(stage_rules, tmp_path):
    rules.load(stage_rules, tmp_path / "w.duckdb")
    assert rules.load(stage_rules, tmp_path / "w.duckdb")["stages"] == 2


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("stages: [{stage: lead}]", "stages.0", "add the missing key"),
        ("stages: [{stage: lead, position: one}]", "stages.0.position", "value of that type"),
        ("stages: [{stage: mql, position: 1}]", "stages.0.stage", "one of the listed values"),
        ("stages: []\nstage: []", "(top level)", "remove or correct the unknown key"),
        ("stages: [", "YAML", "correct that line"),
        ("stages: [{stage: won, position: 1, starts_on: 2026-02-30}]", "out of range", "that line"),
        ("stages: [{stage: won, position: 1, starts_on: May 1}]", "starts_on", "correct the value"),
    ],
)
def test_a_wrong_rule_names_file_key_and_remedy(stage_rules, text, key, remedy):
    (stage_rules / "funnel.yml").write_text(text)
    with pytest.raises(Refused) as refused:
        rules.tables(stage_rules)
    told = str(refused.value)
    assert "config/funnel.yml" in told
    assert key in told
    assert remedy in told


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("stages:\n  - {stage: lead, position: 1}\n  - {stage: won}\n", "key stages.1, line 3"),
        ("# ours\nstages:\n  - stage: lead\n    position: x\n", "key stages.0.position, line 4"),
        ("stages: []\nstage: []\n", "key (top level), line 2"),
    ],
)
def test_a_wrong_rule_names_its_line(stage_rules, text, place):
    (stage_rules / "funnel.yml").write_text(text)
    with pytest.raises(Refused) as refused:
        rules.tables(stage_rules)
    assert place in str(refused.value)


def test_a_file_without_a_schema_is_refused(stage_rules):
    (stage_rules / "mine.yml").write_text("a: 1")
    with pytest.raises(Refused, match="has no schema"):
        rules.tables(stage_rules)


def test_the_users_own_copy_replaces_the_shipped_file(stage_rules):
    (stage_rules / "local").mkdir()
    (stage_rules / "local" / "funnel.yml").write_text("stages: [{stage: won, position: 9}]")
    assert rules.read(stage_rules, "funnel")["stages"] == [{"stage": "won", "position": 9}]


def test_every_shipped_rule_file_follows_its_schema():
    assert {path.name for path in rules.files(PROJECT / "config")} >= {"alerts.yml", "sources.yml"}
    rules.tables(PROJECT / "config")


@pytest.mark.parametrize(
    ("company", "key"),
    [
        ("week_start: friday", "company.week_start"),
        ("business_days: [someday]", "company.business_days.0"),
        ("business_days: []", "company.business_days"),
    ],
)
def test_a_calendar_that_no_company_has_is_refused(tmp_path, company, key):
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "config", config)
    path = config / "company.yml"
    name = company.partition(":")[0]
    path.write_text(re.sub(rf"  {name}:.*", f"  {company}", path.read_text()))
    with pytest.raises(Refused, match=re.escape(key)):
        rules.read(config, "company")


def test_the_shipped_calendar_becomes_tables(tmp_path):
    rules.load(PROJECT / "config", tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        day = connection.execute(
            "select name from config.holidays where holiday_on = date '2026-01-01'"
        ).fetchall()
        weekdays = connection.execute("select business_days from config.company").fetchone()
    assert day == [("New Year's Day",)]
    assert weekdays
    assert json.loads(weekdays[0])[0] == "monday"
