"""Two CRMs hold one opportunity: which record counts, and what a changed fact of either changes."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from benchmarks.model_sql import rendered

RECORDS, DEALS = "int_opportunities__records", "int_opportunities__deals"
INPUTS = """
create table company as select 'USD' as reporting_currency;
create table deals (
    source varchar, source_record_id varchar, amount decimal(18, 2), currency_code varchar,
    stage_native varchar, pipeline_native varchar, owner_native_id varchar,
    company_record_id varchar, contact_record_ids varchar, source_declared varchar,
    original_record_id varchar, mirror_source varchar, mirror_record_id varchar,
    is_deleted boolean, is_archived boolean, created_at timestamp, closed_at timestamp,
    closed_on date, updated_at timestamp
);
create table no_deals as select * from deals;
create table hubspot_deals as select * from deals;
create table salesforce_deals as select * from deals;
create table no_stages (
    source varchar, pipeline_native varchar, stage_native varchar, label varchar,
    display_order bigint, is_closed boolean, probability double, closed_as varchar
);
create table funnel_stages (crm varchar, object varchar, native_stage varchar, stage varchar);
create table currencies as select 'USD' as currency_stated, 'USD' as currency_code;
create table systems (source varchar, source_rank bigint);
insert into systems values ('salesforce', 1), ('hubspot', 2);
insert into salesforce_deals by name select 'salesforce' as source, unnest(['s1', 's2', 's3'])
    as source_record_id, unnest([100, 200, -50]) as amount, 'USD' as currency_code,
    unnest([null, null, 's1']) as original_record_id, timestamp '2026-01-01' as created_at;
insert into hubspot_deals by name select 'hubspot' as source, unnest(['h1', 'h2', 'h3', 'h4'])
    as source_record_id, unnest([100, 200, -50, 7]) as amount, 'USD' as currency_code,
    unnest([null, null, 'h1', null]) as original_record_id,
    unnest(['salesforce', 'salesforce', 'salesforce', null]) as mirror_source,
    unnest(['s1', 's2', 's3', null]) as mirror_record_id, timestamp '2026-01-02' as created_at;
"""
TABLES = {
    "stg_hubspot__deals": "hubspot_deals",
    "stg_salesforce__deals": "salesforce_deals",
    "stg_config__opportunity_systems": "systems",
    "stg_config__company": "company",
    "int_hygiene__currencies": "currencies",
    "stg_config__funnel_stages": "funnel_stages",
}
Told = dict[str, dict[str, Any]]


def _table(name: str) -> str:
    """The table of a model here; systems that are not of the story have no deal and no stage."""
    if name in (RECORDS, DEALS):
        return name
    return TABLES.get(name, "no_deals" if name.endswith("__deals") else "no_stages")


@pytest.fixture
def build() -> Callable[..., Told]:
    def built(*changes: str) -> Told:
        """Opportunities by the number of their record, after the inputs were changed."""
        with duckdb.connect() as connection:
            connection.execute(INPUTS)
            for change in changes:
                connection.execute(change)
            for model in (RECORDS, DEALS):
                connection.execute(f"create table {model} as {rendered(model, ref=_table)}")
            found = connection.execute(f"select * from {DEALS}")
            names = [column[0] for column in found.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {row["source_record_id"]: row for row in rows}

    return built


def _changed(before: Told, after: Told) -> dict[str, set[str]]:
    assert before.keys() == after.keys()
    moved = {id_: {name for name in row if row[name] != after[id_][name]}
             for id_, row in before.items()}  # fmt: skip
    return {id_: names for id_, names in moved.items() if names}


def test_each_opportunity_counts_once_and_names_its_copy(build: Callable[..., Told]) -> None:
    found = build()

    assert {id_: row["mirrored_record_ids"] for id_, row in found.items()} == {
        "s1": "hubspot:h1",
        "s2": "hubspot:h2",
        "s3": "hubspot:h3",
        "h4": None,
    }
    assert sum(row["value_amount"] for row in found.values()) == 257
    assert found["s3"]["original_opportunity_key"] == found["s1"]["opportunity_id"]


def test_a_changed_amount_of_the_record_that_counts_changes_that_row_alone(
    build: Callable[..., Told],
) -> None:
    change = "update salesforce_deals set amount = 201 where source_record_id = 's2'"
    assert _changed(build(), build(change)) == {"s2": {"value_amount"}}


def test_a_changed_amount_or_stage_of_a_copy_changes_nothing(build: Callable[..., Told]) -> None:
    change = "update hubspot_deals set amount = 999, stage_native = 'x' where mirror_source <> ''"
    assert _changed(build(), build(change)) == {}


def test_the_order_of_systems_is_a_rule_that_can_be_turned(build: Callable[..., Told]) -> None:
    found = build("update systems set source_rank = 3 - source_rank")

    assert {id_: row["mirrored_record_ids"] for id_, row in found.items()} == {
        "h1": "salesforce:s1",
        "h2": "salesforce:s2",
        "h3": "salesforce:s3",
        "h4": None,
    }
    assert found["h3"]["original_opportunity_key"] == found["h1"]["opportunity_id"]


def test_a_copy_of_what_was_never_read_counts_itself(build: Callable[..., Told]) -> None:
    found = build("delete from salesforce_deals")

    assert sorted(found) == ["h1", "h2", "h3", "h4"]
    assert sum(row["value_amount"] for row in found.values()) == 257


def test_a_refund_that_only_the_copy_names_is_still_one(build: Callable[..., Told]) -> None:
    found = build("update salesforce_deals set original_record_id = null")

    assert found["s3"]["original_opportunity_key"] == found["s1"]["opportunity_id"]
    assert found["s3"]["is_reversal"]


def test_what_is_deleted_where_it_counts_is_gone_though_its_copy_stands(
    build: Callable[..., Told],
) -> None:
    found = build("update salesforce_deals set is_deleted = true where source_record_id = 's2'")

    assert sorted(found) == ["h4", "s1", "s3"]
