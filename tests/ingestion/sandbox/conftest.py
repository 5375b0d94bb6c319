"""One small company, served for the tests of this room."""

from collections.abc import Iterator

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
