"""dbt is started twice for all tests of this room: its start alone takes seconds."""

import pytest
from dbt_runs import DbtRun, dbt, empty_home, probe_project


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """Return the build of every model without rows, each after its own unit tests."""
    home = empty_home(tmp_path_factory.mktemp("empty") / "home")
    return dbt(home, "build", "--empty", "--exclude-resource-type", "test")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return model or test -> its SQL as dbt compiles it, portable macros left as plain calls.

    The model `planted` is not ours: a macro of its own hides one engine's words in it.
    """
    home = tmp_path_factory.mktemp("probe")
    project = probe_project(home / "transform")
    hidden = "{% macro tidy(column) %}list({{ column }}){% endmacro %}"
    (project / "macros" / "planted.sql").write_text(hidden)
    (project / "models" / "planted.sql").write_text(
        "select {{ tidy('a') }} as a, {{ add_days('b', 1) }} as b from t"
    )
    run = dbt(home, "compile", project=project)
    paths = list((run.target / "compiled").rglob("*.sql"))
    assert paths, run.said
    return {path.stem: path.read_text("utf-8") for path in paths}
