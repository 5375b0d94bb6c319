"""Schema hygiene: only new values are made, gone ones are dropped, all of it or nothing."""

from pathlib import Path

import duckdb
import pytest
from rooms_rules import shipped

from hygiene import cache, phones
from hygiene.kinds import KINDS

STATED = [
    ("countries", "Germany", ""),
    ("countries", "USA", ""),
    ("phones", "030 1234567", "Germany"),
    ("phones", "030 1234567", ""),
    ("phones", "(212) 456-7890", "USA"),
    ("regions", "Bavaria", "Germany"),
    ("domains", "gmial.com", ""),
    ("emails", "ann@acme,com", ""),
    ("names", "DR. ANN", "first"),
    ("companies", "Acme GmbH", ""),
    ("job_titles", "CEO", ""),
    ("industries", "SaaS", ""),
    ("currencies", "€", ""),
    ("utm_values", "facebok", "source"),
]


def stated(warehouse: Path, rows: list[tuple[str, str, str]]) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists staging")
        connection.execute(
            "create or replace table staging.stg_hygiene__values"
            " (kind varchar, raw_value varchar, context varchar)"
        )
        connection.executemany("insert into staging.stg_hygiene__values values (?, ?, ?)", rows)


def kept(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            each.table: connection.execute(
                f"select * from hygiene.{each.table} order by raw_value, context"
            ).fetchall()
            for each in KINDS
        }


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    stated(path, STATED)
    return path


def test_every_stated_value_has_a_row_and_its_country_is_the_code(warehouse: Path) -> None:
    made = cache.normalise(warehouse, shipped())

    assert sum(made.values()) == len(STATED)
    rows = kept(warehouse)
    assert [row[:3] for row in rows["phones"]] == [
        ("(212) 456-7890", "US", "+12124567890"),
        ("030 1234567", "", None),
        ("030 1234567", "DE", "+49301234567"),
    ]
    assert rows["regions"][0][:3] == ("Bavaria", "DE", "DE-BY")


def test_a_second_run_makes_nothing_and_a_new_value_costs_only_itself(warehouse: Path) -> None:
    cache.normalise(warehouse, shipped())
    before = kept(warehouse)

    assert sum(cache.normalise(warehouse, shipped()).values()) == 0
    assert kept(warehouse) == before

    stated(warehouse, [*STATED, ("job_titles", "CFO", "")])
    made = cache.normalise(warehouse, shipped())
    assert {table: count for table, count in made.items() if count} == {"job_titles": 1}


def test_a_value_that_nobody_states_any_more_is_gone(warehouse: Path) -> None:
    cache.normalise(warehouse, shipped())
    stated(warehouse, STATED[1:2])

    cache.normalise(warehouse, shipped())

    left = {table: [row[0] for row in rows] for table, rows in kept(warehouse).items() if rows}
    assert left == {"countries": ["USA"]}


def test_other_rules_make_their_kind_anew(warehouse: Path) -> None:
    cache.normalise(warehouse, shipped())

    made = cache.normalise(warehouse, {**shipped(), "industries": []})

    assert {table: count for table, count in made.items() if count} == {"industries": 1}
    assert kept(warehouse)["industries"][0][2:4] == (None, "unknown_industry")


def test_a_country_that_is_understood_anew_reads_its_numbers_anew(warehouse: Path) -> None:
    stated(warehouse, [("countries", "Alemannia", ""), ("phones", "030 1234567", "Alemannia")])
    cache.normalise(warehouse, shipped())
    assert kept(warehouse)["phones"][0][1:3] == ("", None)

    told = [*shipped()["country_aliases"], {"name": "Alemannia", "country_code": "DE"}]
    cache.normalise(warehouse, {**shipped(), "country_aliases": told})

    assert [row[1:3] for row in kept(warehouse)["phones"]] == [("DE", "+49301234567")]


def test_a_run_that_dies_half_way_leaves_the_tables_as_they_were(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.normalise(warehouse, shipped())
    before = kept(warehouse)
    stated(warehouse, [("countries", "France", ""), ("phones", "01 42 68 53 00", "France")])

    def dies(raw: str, context: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(phones, "normalise", dies)
        with pytest.raises(KeyboardInterrupt):
            cache.normalise(warehouse, shipped())
    assert kept(warehouse) == before

    cache.normalise(warehouse, shipped())
    assert [row[2] for row in kept(warehouse)["phones"]] == ["+33142685300"]


def test_what_is_stated_stays_as_it_was(warehouse: Path) -> None:
    cache.normalise(warehouse, shipped())
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select * from staging.stg_hygiene__values").fetchall()
    assert sorted(rows) == sorted(STATED)


def test_tables_stand_before_anything_is_stated(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    cache.ensure_tables(warehouse)
    cache.ensure_tables(warehouse)
    assert kept(warehouse) == {each.table: [] for each in KINDS}


def test_a_table_with_columns_of_an_earlier_version_is_made_anew(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema hygiene")
        connection.execute("create table hygiene.phones (raw_value varchar, context varchar)")
        connection.execute("insert into hygiene.phones values ('1', '')")

    cache.normalise(warehouse, shipped())

    assert len(kept(warehouse)["phones"]) == 3
