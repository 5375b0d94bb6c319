"""The engine as DuckDB's SQL calls it."""

from collections.abc import Iterator

import duckdb
import pytest

from attribution import credit_function

RULES = '[{"rule": "even"}, {"rule": "fitted"}, {"rule": "last_non_direct"}, {"rule": "fitted"}]'
FITS = '[{"channel_no": 1, "touch_shares": [1, 0]}, {"channel_no": 2, "touch_shares": [3, 0]}]'
TOUCH = (
    "{{touch_order: {n}, touch_position: {n}, age_days: 0.0, is_direct: {direct},"
    " is_lead_creation: false, is_opportunity_creation: false, is_close: false, channel_no: {n}}}"
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        credit_function.register(opened)
        yield opened


def touches(*direct: str) -> str:
    rows = [TOUCH.format(n=number, direct=each) for number, each in enumerate(direct, 1)]
    return f"[{', '.join(rows)}]"


def credited(connection: duckdb.DuckDBPyConnection, held: str, units: str = "100") -> list:
    query = f"select credit_touches(held, 7.0, {units}, 3, ?, ?) from (select {held} as held)"
    return connection.execute(query, [RULES, FITS]).fetchall()[0][0]


def test_each_touch_has_its_credits_in_the_order_of_the_rules(connection) -> None:
    found = credited(connection, touches("false", "false", "true"))

    weights = [[each["weight"] for each in row] for row in found]
    third = pytest.approx(1 / 3)
    assert weights == [[third, 0.25, 0, third], [third, 0.75, 1, third], [third, 0, 0, third]]
    assert [[each["native_units"] for each in row] for row in found] == [
        [34, 25, 0, 34],
        [33, 75, 100, 33],
        [33, 0, 0, 33],
    ]
    assert [row[0]["reporting_units"] for row in found] == [1, 1, 1]
    assert [sum(row[model]["micros"] for row in found) for model in range(4)] == [1_000_000] * 4


def test_chunks_of_journeys_are_credited_as_each_alone(connection) -> None:
    """DuckDB hands over 2,048 rows at a time."""
    connection.execute("create table numbered as select range as number from range(5000)")
    rows = connection.execute(
        f"""
        select number, credit_touches(held, 7.0, number, 0, ?, '[]')
        from (
            select number, list_slice({touches(*["false"] * 9)}, 1, 1 + number % 9) as held
            from numbered
        ) where number % 3 > 0
        """,
        [RULES],
    ).fetchall()
    assert len(rows) == 3333
    for number, found in rows:
        each, left = divmod(number, 1 + number % 9)
        parts = [row[0]["native_units"] for row in found]
        assert parts == [each + 1] * left + [each] * (len(parts) - left), number


def test_a_slice_of_a_chunk_is_credited_as_its_rows_are_in_the_whole(connection) -> None:
    """Arrow may hand over lists that begin in the midst of what they lie in."""
    columns = connection.execute(
        f"""
        select list_slice({touches("false", "false", "true")}, 1, 1 + range % 3) as held,
            7.0, 100 + range, range, '{RULES}' as rules, '{FITS}' as fits
        from range(20)
        """
    ).to_arrow_table()
    arrays = [column.combine_chunks() for column in columns.columns]
    whole = credit_function._credited(*arrays).to_pylist()
    part = credit_function._credited(*(each.slice(7, 9) for each in arrays)).to_pylist()
    assert part == whole[7:16]


@pytest.mark.parametrize("units", ["100", "null"])
def test_nothing_to_credit_is_told_and_never_skipped(connection, units: str) -> None:
    held = touches("null") if units == "100" else touches("false")
    with pytest.raises(duckdb.InvalidInputException, match="a journey to credit holds a null"):
        credited(connection, held, units)
    with pytest.raises(duckdb.InvalidInputException, match="no touch to credit"):
        credited(connection, f"list_slice({touches('false')}, 2, 2)")
