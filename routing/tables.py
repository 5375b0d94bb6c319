"""The tables of schema routing: what the rules require of each lead. A run makes them anew."""

from pathlib import Path

import duckdb

TABLES = """
create schema if not exists routing;
create table if not exists routing.decisions (
    lead_id varchar, version varchar, rule varchar, pool varchar, owner varchar, crm varchar,
    owner_native_id varchar, calendar varchar, assign_within_hours double,
    respond_within_hours double, explanation varchar, is_turn_known boolean
);
create table if not exists routing.pool_members (
    version varchar, pool varchar, crm varchar, owner_native_id varchar
);
"""


def ensure_tables(warehouse: Path) -> None:
    """Create what is missing of the tables."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(TABLES)
