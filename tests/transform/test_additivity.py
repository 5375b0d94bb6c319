"""What does not add up is summed nowhere: an opportunity is in the row of every touch it had."""

import re
from collections.abc import Iterator

import contract_marts
import pytest
from dbt_runs import PROJECT

SUFFIXES = {".sql", ".py", ".md"}
ROOMS = ("transform", "reports", "orchestration", "quality", "docs")
TOTAL = re.compile(r"\b(?:sum|avg|fsum)\s*\(", re.IGNORECASE)


def columns() -> list[str]:
    """Return the columns whose contract says that they do not add up."""
    return [
        column["name"]
        for model in contract_marts.models()
        for column in model["columns"]
        if column.get("config", {}).get("meta", {}).get("additive") is False
    ]


def totals(text: str, column: str) -> list[str]:
    """Return each sum or average in the text that the column stands in."""
    if column not in text:
        return []
    inside = [_bracketed(text, found.end()) for found in TOTAL.finditer(text)]
    return [each for each in inside if re.search(rf"\b{column}\b", each)]


def _bracketed(text: str, start: int) -> str:
    depth = 1
    for end, letter in enumerate(text[start:], start):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[start:end]
    return text[start:]


def sources() -> Iterator[tuple[str, str]]:
    paths = [PROJECT / "README.md", *(each for room in ROOMS for each in _files(room))]
    for path in paths:
        yield str(path.relative_to(PROJECT)), path.read_text("utf-8")


def _files(room: str) -> Iterator:
    for path in sorted((PROJECT / room).rglob("*")):
        if path.suffix in SUFFIXES and "target" not in path.parts:
            yield path


@pytest.mark.parametrize("column", columns())
def test_no_query_sums_what_is_not_additive(column: str) -> None:
    assert [(name, totals(text, column)) for name, text in sources() if totals(text, column)] == []


def test_influenced_pipeline_is_not_additive() -> None:
    assert "influenced_amount_reporting" in columns()
    assert "influenced_opportunities" in columns()


@pytest.mark.parametrize(
    "query",
    [
        "select sum(influenced_amount_reporting) from rpt_pipeline_influenced",
        "select SUM(case when is_complete then p.influenced_amount_reporting end) from x as p",
        "select avg(coalesce(round(influenced_amount_reporting, 2), 0)) from x",
    ],
)
def test_a_sum_of_it_is_found_however_it_is_written(query: str) -> None:
    assert totals(query, "influenced_amount_reporting")


def test_the_largest_of_it_is_no_sum() -> None:
    query = "select sum(opportunities), max(influenced_amount_reporting) from x"
    assert totals(query, "influenced_amount_reporting") == []
