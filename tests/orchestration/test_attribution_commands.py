"""What `engineroom attribution explain` and `refit` say where there is nothing to work on."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import attribution_commands, home
from orchestration.settings import Refused, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(
        home=tmp_path / "home", kind="sandbox", as_of=datetime(2026, 3, 5, 6), environment={}
    )
    home.create(made)
    return made


def test_nothing_is_explained_before_something_is_published(settings: Settings) -> None:
    with pytest.raises(Refused, match="has published nothing yet; `engineroom run` does"):
        attribution_commands.explained(settings, "c1")


def test_nothing_is_fitted_before_a_run(settings: Settings) -> None:
    with pytest.raises(Refused, match="has no warehouse yet"):
        attribution_commands.refitted(settings)


def test_nothing_is_fitted_before_there_are_journeys(settings: Settings) -> None:
    duckdb.connect(str(settings.warehouse)).close()
    with pytest.raises(Refused, match="has no journeys yet; `engineroom run` makes them"):
        attribution_commands.refitted(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        # What was begun is not there.
        rows = connection.execute("select count(*) from attribution.fits").fetchall()
    assert rows == [(0,)]
