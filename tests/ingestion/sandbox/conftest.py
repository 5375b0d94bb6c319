"""One small company, served for the tests of this room, and what our connectors loaded of it."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from live_sandbox import Live, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Live]:
    with serving(seed=11, scale=0.02) as live:
        yield live


@pytest.fixture
def sandbox(served: Live) -> Iterator[Live]:
    yield served
    served.control("DELETE", "faults")


@pytest.fixture(scope="session")
def loaded(
    served: Live, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """Load each source once, and return a query over what was loaded."""
    home = tmp_path_factory.mktemp("loaded")
    done: set[str] = set()

    def query(source: str, sql: str) -> list[tuple[Any, ...]]:
        if source not in done:
            served.load(source, home)
            done.add(source)
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    return query
