"""A fit stays, so none is made of rows that a blocking rule has refused."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import quality.run
from orchestration import home, rooms
from orchestration.settings import Settings

AS_OF = datetime(2026, 3, 5, 6)


def model(layer: str, folder: str, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": "model",
        "fqn": ["engineroom", layer, folder, name],
        "config": {"schema": layer, "meta": {}},
        "schema": layer,
    }


# Two groups of marts, each with the rows that it reads.
PARSED: dict[str, Any] = {
    "nodes": {
        "touches": model("staging", "web", "stg_web__touches"),
        "credits": model("marts", "attribution", "fct_attribution_credits"),
        "posts": model("staging", "social", "stg_social__posts"),
        "shown": model("marts", "social", "fct_social_posts"),
    },
    "sources": {},
    "child_map": {"touches": ["credits"], "posts": ["shown"]},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", kind="sandbox", as_of=AS_OF, environment={})
    home.create(made)
    quality.run.ensure_tables(made.warehouse)
    return made


def broke(settings: Settings, table: str, *, is_overridden: bool = False) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into quality.results by name select 'r' as run_id, 'staging' as gate,"
            " 'touch_has_a_channel' as rule_id, 'blocking' as severity, false as passed,"
            " 'staging' as table_schema, ? as table_name, ? as is_overridden",
            [table, is_overridden],
        )


def fitted(settings: Settings) -> str:
    return rooms.fit(settings, PARSED, [], run_id="r", as_of=AS_OF)


def test_no_fit_is_made_while_a_broken_rule_holds_attribution_back(settings: Settings) -> None:
    broke(settings, "stg_web__touches")
    told = "no fits are made, those in force go on: touch_has_a_channel is broken"
    assert fitted(settings) == told
    with duckdb.connect(str(settings.warehouse)) as connection:
        # The models read the table all the same.
        assert connection.execute("from attribution.fits").fetchall() == []


@pytest.mark.parametrize(
    ("table", "is_overridden"), [("stg_social__posts", False), ("stg_web__touches", True)]
)
def test_fits_are_made_of_what_is_published(
    settings: Settings, table: str, is_overridden: bool
) -> None:
    broke(settings, table, is_overridden=is_overridden)
    # They are tried: there is no table of journeys here.
    with pytest.raises(duckdb.CatalogException, match="does not exist"):
        fitted(settings)
