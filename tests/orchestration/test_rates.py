"""A missing rate is told once, with what hangs on it and where to put it."""

import contract_marts
import duckdb
import pytest

from orchestration import rates, summary
from orchestration.run import Outcome

ROWS = """
insert into marts.fct_conversions by name select * from (values
    ('XAF', 100, true), ('XAF', 5, true), ('EUR', 7, false)
) as rows (currency_code, value_amount, is_rate_missing);
insert into marts.fct_ad_performance by name select * from (values
    ('CHF', 3.5, null), ('CHF', 0, null), ('USD', 2, 1)
) as rows (currency_code, spend_amount, fx_rate);
"""


@pytest.fixture
def published(settings):
    current = settings.published / "current"
    current.mkdir(parents=True)
    with contract_marts.create(current / "engineroom.duckdb") as connection:
        connection.execute(ROWS)
    return current / "engineroom.duckdb"


def test_every_currency_without_a_rate_is_in_one_line(published):
    with duckdb.connect(str(published), read_only=True) as connection:
        (line,) = rates.told(connection)

    assert "2 conversions in XAF, 1 ad rows with spend in CHF" in line
    assert "EUR" not in line
    assert "config/fx.yml" in line


def test_where_every_currency_has_a_rate_nothing_is_told(published):
    with duckdb.connect(str(published)) as connection:
        connection.execute("delete from marts.fct_conversions where is_rate_missing")
        connection.execute("delete from marts.fct_ad_performance where fx_rate is null")

        assert rates.told(connection) == []


def test_a_home_without_marts_has_nothing_to_tell():
    with duckdb.connect() as connection:
        assert rates.told(connection) == []


def test_the_summary_of_a_run_tells_it_once(settings, published):
    assert summary.text(settings, Outcome(published.parent.name)).count("NO RATE") == 1
