"""Every text column says whether it holds personal data; one that says nothing is a fault.

A personal column is tagged: `meta: {pii: true}` beside the model, `pii=True` in the source. All
others stand in transform/personal_columns.yml, read by a person when they came.
"""

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
import pytest
import yaml
from dbt_runs import TRANSFORM, DbtRun

from ingestion.sources import SOURCES

LAYERS = ("staging", "intermediate", "private", "marts")


class TextColumn(NamedTuple):
    """A column of text; `is_tagged` says that it is marked as personal."""

    schema: str
    table: str
    name: str
    is_tagged: bool

    @property
    def place(self) -> str:
        return f"{self.schema}.{self.table}.{self.name}"


class Cleared(NamedTuple):
    """Names that are personal nowhere, and places where a name is not that is elsewhere."""

    names: set[str]
    places: set[str]


def cleared() -> Cleared:
    """Return what somebody has read and found to hold nothing of a person."""
    told = yaml.safe_load((TRANSFORM / "personal_columns.yml").read_text("utf-8"))
    return Cleared(set(told["not_personal"]), set(told["not_personal_here"]))


def faults(columns: Iterable[TextColumn], known: Cleared) -> list[str]:
    """Return what is wrong, with the remedy."""
    every = list(columns)
    tagged = {each.name for each in every if each.is_tagged}
    untagged = [each for each in every if not each.is_tagged]
    found = [
        f"{each.place} is not told to be personal or not: tag it, or clear it in"
        " transform/personal_columns.yml"
        for each in untagged
        if each.name not in known.names and each.place not in known.places
    ]
    found += [
        f"{each.place} is personal, and marts are published"
        for each in every
        if each.is_tagged and each.schema == "marts"
    ]
    found += [
        f"{name} is cleared everywhere and tagged somewhere: clear it place by place"
        for name in sorted(known.names & tagged)
    ]
    places, names = {each.place for each in untagged}, {each.name for each in untagged}
    found += [f"{name} is no column any more" for name in sorted(known.names - names)]
    found += [f"{place} is no column any more" for place in sorted(known.places - places)]
    return sorted(found)


@pytest.fixture(scope="module")
def columns(empty_build: DbtRun) -> list[TextColumn]:
    tagged = {
        f"{node['config']['schema']}.{node['name']}.{column['name']}"
        for node in empty_build.manifest["nodes"].values()
        if node["resource_type"] == "model"
        for column in node["columns"].values()
        if (column.get("meta") or {}).get("pii")
    }
    tagged |= {
        f"raw_{source.name}.{table.name}.{column.name}"
        for source in SOURCES.values()
        for table in source.tables
        for column in table.columns
        if column.pii
    }
    home = empty_build.target.parent
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{home}/marts/engineroom.duckdb' as published (read_only)")
        found = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where data_type in ('VARCHAR', 'JSON') and column_name not like '\\_%' escape '\\'"
            " and table_name not like '\\_dlt%' escape '\\' and schema_name not like '%_staging'"
        ).fetchall()
    return [
        TextColumn(*place, ".".join(place) in tagged)
        for place in found
        if place[0] in LAYERS or place[0].startswith("raw_")
    ]


def test_every_text_column_is_tagged_or_was_read_and_cleared(columns: list[TextColumn]) -> None:
    assert {each.schema for each in columns} >= set(LAYERS)
    assert len(columns) > 3000
    assert sum(each.is_tagged for each in columns) > 200
    assert faults(columns, cleared()) == []


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (("staging", "stg_x__people", "maiden_name", False), "not told to be personal or not"),
        (("marts", "fct_x", "email", True), "marts are published"),
        (("staging", "stg_x__people", "source", True), "clear it place by place"),
    ],
)
def test_a_column_that_nobody_has_read_is_a_fault(
    columns: list[TextColumn], column: tuple[str, str, str, bool], told: str
) -> None:
    (fault,) = faults([*columns, TextColumn(*column)], cleared())
    assert told in fault


def test_a_column_that_went_away_is_taken_off_the_list(columns: list[TextColumn]) -> None:
    left = [each for each in columns if each.name != "touch_class"]
    assert faults(left, cleared()) == ["touch_class is no column any more"]
