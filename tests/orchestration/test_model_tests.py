"""A broken test of a model holds back what reads the model, and nothing else."""

from datetime import datetime

import duckdb
import pytest

import quality.run
from orchestration import groups, home, model_tests, status
from orchestration.house import House

AS_OF = datetime(2026, 7, 1, 6)
BROKEN = [
    ("not_null_stg_spend_amount", "staging", "stg_spend"),
    ("assert_spend_adds_up", "marts", "fct_spend"),
]


def model(name, schema, *folders):
    return {
        "name": name,
        "resource_type": "model",
        "schema": schema,
        "config": {"schema": schema},
        "fqn": ["engineroom", *folders, name],
    }


# Spend and web read a staging model each; roi reads both.
PARSED = {
    "sources": {},
    "nodes": {
        "stg_spend": model("stg_spend", "staging", "staging"),
        "stg_web": model("stg_web", "staging", "staging"),
        "fct_spend": model("fct_spend", "marts", "marts", "spend"),
        "fct_web": model("fct_web", "marts", "marts", "web"),
        "rpt_roi": model("rpt_roi", "marts", "marts", "roi"),
    },
    "child_map": {
        "stg_spend": ["fct_spend"],
        "stg_web": ["fct_web"],
        "fct_spend": ["rpt_roi"],
        "fct_web": ["rpt_roi"],
    },
}


@pytest.fixture
def house(settings):
    home.create(settings)
    quality.run.ensure_tables(settings.warehouse)
    leave(settings)
    return House(settings, "sandbox", AS_OF, "run-1")


def leave(settings, *broken):
    """What dbt leaves of one gate."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "create schema if not exists changes; create or replace table changes.broken_tests"
            " (test_name varchar, table_schema varchar, table_name varchar)"
        )
        for row in broken:
            connection.execute("insert into changes.broken_tests values (?, ?, ?)", row)


def held(house):
    return {each.name for each in groups.state(house.settings, PARSED, []) if each.is_held}


def test_the_groups_that_read_the_tested_table_are_held_back_until_the_test_holds(house):
    leave(house.settings, BROKEN[0])
    model_tests.keep(house, "staging")
    assert held(house) == {"spend", "roi"}
    leave(house.settings)
    model_tests.keep(house, "marts")
    assert held(house) == {"spend", "roi"}, "another gate says nothing of this one"
    house.run_id = "run-2"
    model_tests.keep(house, "staging")
    assert held(house) == set()


def test_a_gate_that_is_built_again_replaces_what_the_same_run_said(house):
    leave(house.settings, *BROKEN)
    model_tests.keep(house, "marts")
    leave(house.settings, BROKEN[1])
    model_tests.keep(house, "marts")
    assert [(each.rule_id, each.table) for each in groups.broken(house.settings)] == [
        ("assert_spend_adds_up", ("marts", "fct_spend"))
    ]


def test_the_status_names_the_broken_test_and_its_table(house):
    leave(house.settings, BROKEN[0])
    model_tests.keep(house, "staging")
    lines, is_well = status.report(house.settings)
    assert not is_well
    assert (
        "blocked     gate dbt_staging: not_null_stg_spend_amount: broken test of"
        " staging.stg_spend: not_null_stg_spend_amount"
    ) in lines
